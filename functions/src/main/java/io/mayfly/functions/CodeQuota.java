package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.FunctionLayer;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import java.util.List;

/** What code may take: that of one function, and that of the whole account. */
final class CodeQuota {
  private CodeQuota() {}

  /**
   * Checks how much the zip files of all functions and layers would take together.
   *
   * @throws MayflyException if that is too much
   */
  static void check(long zippedBytes) {
    if (zippedBytes > Limits.CODE_STORAGE.bytes()) {
      throw new MayflyException(
          ErrorCode.CODE_STORAGE_EXCEEDED,
          "Code storage limit exceeded: all functions and layers together may hold %d bytes; delete some"
              .formatted(Limits.CODE_STORAGE.bytes()));
    }
  }

  /**
   * Checks a function's code together with its layers.
   *
   * @throws MayflyException if they are too large
   */
  static void check(CodeReference code, List<FunctionLayer> layers) {
    long bytes =
        code.unzippedBytes()
            + layers.stream().mapToLong(layer -> layer.code().unzippedBytes()).sum();
    if (bytes > Limits.UNZIPPED_CODE.bytes()) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "Function code combined with layers exceeds the maximum allowed size of %d bytes. The actual size is %d bytes."
              .formatted(Limits.UNZIPPED_CODE.bytes(), bytes));
    }
  }
}
