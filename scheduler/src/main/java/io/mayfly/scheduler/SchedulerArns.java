package io.mayfly.scheduler;

import io.mayfly.model.Account;
import java.util.Optional;

/** The ARNs of an account's schedules and groups. */
record SchedulerArns(Account account) {
  private String start() {
    return "arn:aws:scheduler:%s:%s:".formatted(account.region(), account.id());
  }

  String schedule(ScheduleKey key) {
    return start() + "schedule/" + key;
  }

  String group(String name) {
    return start() + "schedule-group/" + name;
  }

  /** The name of the group that an ARN means, if it is of this account. */
  Optional<String> groupOf(String arn) {
    String prefix = group("");
    return arn.startsWith(prefix) ? Optional.of(arn.substring(prefix.length())) : Optional.empty();
  }
}
