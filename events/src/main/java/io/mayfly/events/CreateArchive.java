package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;
import java.util.Optional;

/** {@code CreateArchive}: keeps a bus's events from now on. */
final class CreateArchive implements Operation<CreateArchive.Input, CreateArchive.Output> {
  record Input(
      String archiveName,
      String eventSourceArn,
      Optional<String> description,
      Optional<String> eventPattern,
      Optional<Integer> retentionDays) {}

  record Output(String archiveArn, String state, Instant creationTime) {}

  /** The one state of archives: they are made at once. */
  static final String ENABLED = "ENABLED";

  private final EventBuses buses;
  private final Archives archives;

  CreateArchive(EventBuses buses, Archives archives) {
    this.buses = buses;
    this.archives = archives;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    String bus = buses.arns().busNamed(Optional.of(input.eventSourceArn()));
    Optional<String> pattern = input.eventPattern().filter(text -> !text.isEmpty());
    pattern.ifPresent(EventPattern::check);
    Instant now = buses.clock().instant();
    archives.create(
        new Archive(
            input.archiveName(),
            bus,
            input.description(),
            pattern,
            input.retentionDays().orElse(0),
            now));
    return new Output(buses.arns().archive(input.archiveName()), ENABLED, now);
  }
}
