package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.model.Account;
import java.util.Optional;

/** A queue's name, ARN and URL, and which is whose. */
final class QueueNames {
  private static final String FIFO_SUFFIX = ".fifo";
  private static final int LONGEST = 80;

  private final Account account;
  private final String arnPrefix;

  QueueNames(Account account) {
    this.account = account;
    this.arnPrefix = "arn:aws:sqs:%s:%s:".formatted(account.region(), account.id());
  }

  String account() {
    return account.id();
  }

  String arn(String name) {
    return arnPrefix + name;
  }

  /** The name in an ARN; empty if it is of no queue of this account and region. */
  Optional<String> ofArn(String arn) {
    return arn.startsWith(arnPrefix)
        ? Optional.of(arn.substring(arnPrefix.length()))
        : Optional.empty();
  }

  /** The URL of a queue, at the address where its caller has reached the platform. */
  String url(Caller caller, String name) {
    return "http://" + caller.host() + "/" + account.id() + "/" + name;
  }

  /**
   * The name in a URL, or in the path of one. Whatever the host, a queue's path ends with its
   * account and name.
   *
   * @throws AwsException if it is no queue's, or of another account's
   */
  String ofUrl(String url) {
    int slash = url.lastIndexOf('/');
    int before = slash <= 0 ? -1 : url.lastIndexOf('/', slash - 1);
    if (before < 0 || !isAccount(url, before + 1, slash)) {
      throw SqsErrors.invalidAddress(url);
    }
    if (!url.regionMatches(before + 1, account.id(), 0, account.id().length())) {
      throw SqsErrors.denied(url);
    }
    return url.substring(slash + 1);
  }

  private static boolean isAccount(String url, int from, int to) {
    if (to - from != 12) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (url.charAt(i) < '0' || url.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  static boolean isFifo(String name) {
    return name.endsWith(FIFO_SUFFIX);
  }

  /**
   * Passes if a new queue may have this name.
   *
   * @param fifo whether it is to be a first-in-first-out queue
   */
  static void check(String name, boolean fifo) {
    int letters = fifo ? name.length() - FIFO_SUFFIX.length() : name.length();
    boolean right = name.length() <= LONGEST && letters > 0 && (!fifo || isFifo(name));
    for (int i = 0; right && i < letters; i++) {
      right = isNameLetter(name.charAt(i));
    }
    if (!right) {
      throw SqsErrors.invalid(
          fifo
              ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length."
              : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
    }
  }

  /** Whether a character may stand in the names of queues and the ids of batches' entries. */
  static boolean isNameLetter(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || character == '-'
        || character == '_';
  }
}
