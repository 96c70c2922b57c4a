package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.queue.Holdings;
import java.time.Instant;
import java.util.Optional;

/** {@code DescribeArchive}: an archive, with how much it has now. */
final class DescribeArchive implements Operation<DescribeArchive.Input, DescribeArchive.Output> {
  record Input(String archiveName) {}

  record Output(
      String archiveArn,
      String archiveName,
      String eventSourceArn,
      Optional<String> description,
      Optional<String> eventPattern,
      String state,
      int retentionDays,
      long sizeBytes,
      long eventCount,
      Instant creationTime) {}

  private final EventBuses buses;
  private final Archives archives;

  DescribeArchive(EventBuses buses, Archives archives) {
    this.buses = buses;
    this.archives = archives;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Archive archive = archives.require(input.archiveName());
    Holdings holdings = archives.holdings(archive.name());
    return new Output(
        buses.arns().archive(archive.name()),
        archive.name(),
        buses.arns().bus(archive.bus()),
        archive.description(),
        archive.pattern(),
        CreateArchive.ENABLED,
        archive.days(),
        holdings.bytes(),
        holdings.messages(),
        archive.created());
  }
}
