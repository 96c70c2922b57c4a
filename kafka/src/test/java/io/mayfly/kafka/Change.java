package io.mayfly.kafka;

import io.mayfly.functions.EventSourceChange;
import io.mayfly.model.EventSourceSettings.Access;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Says settings of a mapping one by one. */
final class Change {
  private Optional<Integer> size = Optional.empty();
  private Optional<Duration> window = Optional.empty();
  private Optional<List<String>> filters = Optional.empty();
  private Optional<String> onFailure = Optional.empty();
  private Optional<Integer> age = Optional.empty();
  private Optional<Boolean> bisect = Optional.empty();
  private Optional<Integer> retries = Optional.empty();
  private Optional<List<String>> responses = Optional.empty();
  private Optional<List<Access>> access = Optional.empty();

  Change size(int most) {
    size = Optional.of(most);
    return this;
  }

  Change window(int seconds) {
    window = Optional.of(Duration.ofSeconds(seconds));
    return this;
  }

  Change filters(String... patterns) {
    filters = Optional.of(List.of(patterns));
    return this;
  }

  Change onFailure(String arn) {
    onFailure = Optional.of(arn);
    return this;
  }

  Change age(int seconds) {
    age = Optional.of(seconds);
    return this;
  }

  Change bisect() {
    bisect = Optional.of(true);
    return this;
  }

  Change retries(int most) {
    retries = Optional.of(most);
    return this;
  }

  Change partial() {
    responses = Optional.of(List.of("ReportBatchItemFailures"));
    return this;
  }

  Change access(String type) {
    access = Optional.of(List.of(new Access(Optional.of(type), Optional.of("arn:aws:x"))));
    return this;
  }

  EventSourceChange done() {
    return new EventSourceChange(
        size,
        window,
        filters,
        Optional.empty(),
        Optional.empty(),
        onFailure,
        age,
        bisect,
        retries,
        Optional.empty(),
        responses,
        Optional.empty(),
        access,
        Optional.empty());
  }
}
