package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What batches of all kinds have in common. */
final class Batch {
  private static final int MOST = 10;
  private static final int LONGEST_ID = 80;
  private static final String SUFFIX = "Exception";

  private Batch() {}

  /** An entry that has been answered. */
  record Done(String id) {}

  /** An entry that has been refused. */
  record Failed(String id, boolean senderFault, String code, Optional<String> message) {
    static Failed of(String id, AwsException error) {
      String code = error.code();
      return new Failed(
          id,
          error.status() < 500,
          code.equals("MessageNotInflight")
              ? "AWS.SimpleQueueService.MessageNotInflight"
              : code.endsWith(SUFFIX) ? code.substring(0, code.length() - SUFFIX.length()) : code,
          Optional.ofNullable(error.getMessage()));
    }
  }

  /**
   * Passes one to ten entries with ids of their own.
   *
   * @param kind what an entry is called
   */
  static <T> void check(List<T> entries, Function<T, String> id, String kind) {
    if (entries.isEmpty()) {
      throw SqsErrors.batch(
          "EmptyBatchRequest", "There should be at least one %s in the request.".formatted(kind));
    }
    if (entries.size() > MOST) {
      throw SqsErrors.batch(
          "TooManyEntriesInBatchRequest",
          "Maximum number of entries per request are %d. You have sent %d."
              .formatted(MOST, entries.size()));
    }
    Set<String> ids = new HashSet<>();
    for (T entry : entries) {
      String given = id.apply(entry);
      if (!isId(given)) {
        throw SqsErrors.batch(
            "InvalidBatchEntryId",
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.");
      }
      if (!ids.add(given)) {
        throw SqsErrors.batch("BatchEntryIdsNotDistinct", "Id %s repeated.".formatted(given));
      }
    }
  }

  private static boolean isId(String id) {
    if (id.isEmpty() || id.length() > LONGEST_ID) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      if (!QueueNames.isNameLetter(id.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
