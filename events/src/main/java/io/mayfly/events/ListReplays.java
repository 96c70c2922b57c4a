package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code ListReplays}: by name. */
final class ListReplays implements Operation<ListReplays.Input, ListReplays.Output> {
  record Input(
      Optional<String> namePrefix,
      Optional<String> state,
      Optional<String> eventSourceArn,
      Optional<String> nextToken,
      Optional<Integer> limit) {}

  record Output(List<Summary> replays, Optional<String> nextToken) {}

  record Summary(
      String replayName,
      String eventSourceArn,
      String state,
      Optional<String> stateReason,
      Instant eventStartTime,
      Instant eventEndTime,
      Optional<Instant> eventLastReplayedTime,
      Instant replayStartTime,
      Optional<Instant> replayEndTime) {}

  private final EventBuses buses;
  private final Replays replays;

  ListReplays(EventBuses buses, Replays replays) {
    this.buses = buses;
    this.replays = replays;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Page<Replay> page =
        Page.of(
            replays.list(input.namePrefix().orElse("")).stream()
                .filter(
                    replay ->
                        input.state().isEmpty()
                            || input.state().get().equals(replay.state().name()))
                .filter(
                    replay ->
                        input.eventSourceArn().isEmpty()
                            || input
                                .eventSourceArn()
                                .get()
                                .equals(buses.arns().archive(replay.archive())))
                .toList(),
            Replay::name,
            input.nextToken(),
            input.limit());
    return new Output(page.items().stream().map(this::summary).toList(), page.next());
  }

  private Summary summary(Replay replay) {
    return new Summary(
        replay.name(),
        buses.arns().archive(replay.archive()),
        replay.state().name(),
        replay.reason(),
        replay.from(),
        replay.to(),
        replay.last(),
        replay.started(),
        replay.ended());
  }
}
