package io.mayfly.lambda;

import io.mayfly.model.Account;
import io.mayfly.model.LayerVersion;
import io.mayfly.model.LayerVersionId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The API's words for a layer version: what publish and get answer with. */
record LayerDescription(
    Content content,
    String layerArn,
    String layerVersionArn,
    String description,
    String createdDate,
    long version,
    Optional<List<String>> compatibleArchitectures,
    Optional<List<String>> compatibleRuntimes,
    Optional<String> licenseInfo) {
  /** The API's {@code LayerVersionContentOutput} shape. */
  record Content(String location, String codeSha256, long codeSize) {}

  /** The API's {@code LayerVersionsListItem} shape. */
  record Item(
      String layerVersionArn,
      long version,
      String description,
      String createdDate,
      Optional<List<String>> compatibleArchitectures,
      Optional<List<String>> compatibleRuntimes,
      Optional<String> licenseInfo) {
    static Item of(LayerVersion version, Account account) {
      return new Item(
          version.id().arn(account),
          version.id().number(),
          version.description(),
          FunctionConfiguration.LAST_MODIFIED.format(version.created()),
          given(version.architectures()),
          given(version.runtimes()),
          license(version));
    }
  }

  /**
   * Describes a version.
   *
   * @param location where a version's zip file can be fetched, as a URL
   */
  static LayerDescription of(
      LayerVersion version, Account account, Function<LayerVersionId, String> location) {
    return new LayerDescription(
        new Content(
            location.apply(version.id()), version.code().base64(), version.code().zippedBytes()),
        version.id().layerArn(account),
        version.id().arn(account),
        version.description(),
        FunctionConfiguration.LAST_MODIFIED.format(version.created()),
        version.id().number(),
        given(version.architectures()),
        given(version.runtimes()),
        license(version));
  }

  private static Optional<List<String>> given(List<String> list) {
    return list.isEmpty() ? Optional.empty() : Optional.of(list);
  }

  private static Optional<String> license(LayerVersion version) {
    return Optional.of(version.license()).filter(text -> !text.isEmpty());
  }
}
