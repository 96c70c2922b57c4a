package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;
import java.util.Optional;

/** {@code UpdateArchive}: what is given; events that were kept under another pattern stay. */
final class UpdateArchive implements Operation<UpdateArchive.Input, UpdateArchive.Output> {
  record Input(
      String archiveName,
      Optional<String> description,
      Optional<String> eventPattern,
      Optional<Integer> retentionDays) {}

  record Output(String archiveArn, String state, Instant creationTime) {}

  private final EventBuses buses;
  private final Archives archives;

  UpdateArchive(EventBuses buses, Archives archives) {
    this.buses = buses;
    this.archives = archives;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Optional<String> pattern = input.eventPattern().filter(text -> !text.isEmpty());
    pattern.ifPresent(EventPattern::check);
    Archive archive =
        archives.change(
            input.archiveName(),
            now ->
                new Archive(
                    now.name(),
                    now.bus(),
                    input.description().or(now::description),
                    pattern.or(now::pattern),
                    input.retentionDays().orElse(now.days()),
                    now.created()));
    return new Output(
        buses.arns().archive(archive.name()), CreateArchive.ENABLED, archive.created());
  }
}
