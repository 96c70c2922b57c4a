package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;
import java.util.Optional;

/** {@code DescribeReplay}: a replay, with how far it has come. */
final class DescribeReplay implements Operation<DescribeReplay.Input, DescribeReplay.Output> {
  record Input(String replayName) {}

  record Output(
      String replayName,
      String replayArn,
      Optional<String> description,
      String state,
      Optional<String> stateReason,
      String eventSourceArn,
      StartReplay.Destination destination,
      Instant eventStartTime,
      Instant eventEndTime,
      Optional<Instant> eventLastReplayedTime,
      Instant replayStartTime,
      Optional<Instant> replayEndTime) {}

  private final EventBuses buses;
  private final Replays replays;

  DescribeReplay(EventBuses buses, Replays replays) {
    this.buses = buses;
    this.replays = replays;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Replay replay = replays.require(input.replayName());
    return new Output(
        replay.name(),
        buses.arns().replay(replay.name()),
        replay.description(),
        replay.state().name(),
        replay.reason(),
        buses.arns().archive(replay.archive()),
        new StartReplay.Destination(buses.arns().bus(replay.bus()), replay.rules()),
        replay.from(),
        replay.to(),
        replay.last(),
        replay.started(),
        replay.ended());
  }
}
