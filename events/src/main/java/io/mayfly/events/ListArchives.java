package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.queue.Holdings;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code ListArchives}: by name. */
final class ListArchives implements Operation<ListArchives.Input, ListArchives.Output> {
  record Input(
      Optional<String> namePrefix,
      Optional<String> eventSourceArn,
      Optional<String> state,
      Optional<String> nextToken,
      Optional<Integer> limit) {}

  record Output(List<Summary> archives, Optional<String> nextToken) {}

  record Summary(
      String archiveName,
      String eventSourceArn,
      String state,
      int retentionDays,
      long sizeBytes,
      long eventCount,
      Instant creationTime) {}

  private final EventBuses buses;
  private final Archives archives;

  ListArchives(EventBuses buses, Archives archives) {
    this.buses = buses;
    this.archives = archives;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Optional<String> bus =
        input.eventSourceArn().map(arn -> buses.arns().busNamed(Optional.of(arn)));
    bus.ifPresent(buses::require);
    Page<Archive> page =
        Page.of(
            archives.list(input.namePrefix().orElse("")).stream()
                .filter(archive -> bus.isEmpty() || bus.get().equals(archive.bus()))
                .filter(
                    _ -> input.state().orElse(CreateArchive.ENABLED).equals(CreateArchive.ENABLED))
                .toList(),
            Archive::name,
            input.nextToken(),
            input.limit());
    return new Output(page.items().stream().map(this::summary).toList(), page.next());
  }

  private Summary summary(Archive archive) {
    Holdings holdings = archives.holdings(archive.name());
    return new Summary(
        archive.name(),
        buses.arns().bus(archive.bus()),
        CreateArchive.ENABLED,
        archive.days(),
        holdings.bytes(),
        holdings.messages(),
        archive.created());
  }
}
