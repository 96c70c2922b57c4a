package io.mayfly.events;

import io.mayfly.model.Account;
import java.util.Optional;

/** The ARNs of an account's buses, rules, archives and replays, and what they name. */
final class EventArns {
  /** The bus that every account has from the beginning. */
  static final String DEFAULT = "default";

  private static final String BUS = "event-bus/";
  private static final String RULE = "rule/";
  private static final String ARCHIVE = "archive/";
  private static final String REPLAY = "replay/";

  private final Account account;
  private final String prefix;

  EventArns(Account account) {
    this.account = account;
    this.prefix = "arn:aws:events:%s:%s:".formatted(account.region(), account.id());
  }

  Account account() {
    return account;
  }

  String bus(String name) {
    return prefix + BUS + name;
  }

  /** Rules of the default bus are named without it. */
  String rule(String bus, String name) {
    return prefix + RULE + (bus.equals(DEFAULT) ? "" : bus + "/") + name;
  }

  String archive(String name) {
    return prefix + ARCHIVE + name;
  }

  String replay(String name) {
    return prefix + REPLAY + name;
  }

  /** The bus that an ARN names; empty if it is of no bus of this account and region. */
  Optional<String> busOf(String arn) {
    return after(arn, BUS);
  }

  Optional<String> archiveOf(String arn) {
    return after(arn, ARCHIVE);
  }

  /** The rule that an ARN names; empty if it is of no rule of this account and region. */
  Optional<RuleKey> ruleOf(String arn) {
    return after(arn, RULE)
        .map(
            rest -> {
              int slash = rest.lastIndexOf('/');
              return slash < 0
                  ? new RuleKey(DEFAULT, rest)
                  : new RuleKey(rest.substring(0, slash), rest.substring(slash + 1));
            });
  }

  private Optional<String> after(String arn, String kind) {
    String start = prefix + kind;
    return arn.startsWith(start) && arn.length() > start.length()
        ? Optional.of(arn.substring(start.length()))
        : Optional.empty();
  }

  /**
   * The bus that a name or an ARN means.
   *
   * @throws io.mayfly.aws.AwsException if it is the ARN of a bus of another account or region, of
   *     which none is known here
   */
  String busNamed(Optional<String> nameOrArn) {
    String given = nameOrArn.orElse(DEFAULT);
    if (!given.startsWith("arn:")) {
      return given;
    }
    return busOf(given).orElseThrow(() -> EventsErrors.noBus(given));
  }
}
