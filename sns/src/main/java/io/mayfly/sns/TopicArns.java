package io.mayfly.sns;

import io.mayfly.aws.AwsException;
import io.mayfly.model.Account;
import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import java.util.Optional;

/** The ARNs of topics and their subscriptions, and which is whose. */
final class TopicArns {
  private static final int LONGEST_NAME = 256;
  private static final int PARTS = 6;
  private static final String FIFO_NAME =
      "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.";

  private final Account account;
  private final String prefix;

  TopicArns(Account account) {
    this.account = account;
    this.prefix = "arn:aws:sns:%s:%s:".formatted(account.region(), account.id());
  }

  Account account() {
    return account;
  }

  String arn(String topic) {
    return prefix + topic;
  }

  String arn(Subscription subscription) {
    return prefix + subscription.topic() + ":" + subscription.id();
  }

  /** The topic in the ARN of a topic or a subscription; empty if it is not of this account. */
  Optional<String> topic(String arn) {
    return arn.startsWith(prefix)
        ? Optional.of(arn.substring(prefix.length()).split(":", 2)[0])
        : Optional.empty();
  }

  /** The id in the ARN of a subscription; empty if it is none of this account. */
  Optional<String> subscription(String arn) {
    int colon = arn.lastIndexOf(':');
    return colon > prefix.length() && arn.startsWith(prefix)
        ? Optional.of(arn.substring(colon + 1))
        : Optional.empty();
  }

  /**
   * Passes the ARN of something in this account.
   *
   * @param parameter where it stood
   */
  void check(String arn, String parameter) {
    String[] parts = arn.split(":", -1);
    if (parts.length < PARTS) {
      throw SnsErrors.invalid(
          parameter, "An ARN must have at least 6 elements, not " + parts.length);
    }
    if (!parts[0].equals("arn")
        || !parts[2].equals("sns")
        || !parts[3].equals(account.region())
        || parts.length > PARTS + 1) {
      throw SnsErrors.invalid(parameter);
    }
    if (!parts[4].equals(account.id())) {
      throw SnsErrors.unauthorized(
          "%s is of another account, whose topics are not reached from here"
              .formatted(SnsErrors.shown(arn)));
    }
  }

  /** Passes if a new topic may have this name. */
  static void checkName(String name, boolean fifo) {
    int letters = fifo ? name.length() - ".fifo".length() : name.length();
    boolean right = name.length() <= LONGEST_NAME && letters > 0 && (!fifo || Topic.isFifo(name));
    for (int i = 0; right && i < letters; i++) {
      right = isNameLetter(name.charAt(i));
    }
    if (!right) {
      throw fifo ? SnsErrors.invalid("Topic Name", FIFO_NAME) : wrongName();
    }
  }

  private static AwsException wrongName() {
    return SnsErrors.invalid("Topic Name");
  }

  /** Whether a character may stand in names of topics, labels and the ids of batches' entries. */
  static boolean isNameLetter(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || character == '-'
        || character == '_';
  }
}
