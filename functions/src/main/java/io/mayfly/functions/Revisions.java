package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.util.Optional;
import java.util.UUID;

/** Revision ids, by which callers see that nobody has changed a thing since they looked. */
final class Revisions {
  private Revisions() {}

  static String next() {
    return UUID.randomUUID().toString();
  }

  /**
   * Checks that a thing is as its caller knows it.
   *
   * @param expected empty if the caller does not mind
   * @throws MayflyException if it has changed
   */
  static void check(Optional<String> expected, String actual) {
    if (expected.isPresent() && !expected.get().equals(actual)) {
      throw new MayflyException(
          ErrorCode.PRECONDITION_FAILED,
          "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId");
    }
  }
}
