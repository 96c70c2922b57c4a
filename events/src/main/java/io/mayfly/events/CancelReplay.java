package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;

/** {@code CancelReplay}: ends a replay soon; what it has sent stays sent. */
final class CancelReplay implements Operation<CancelReplay.Input, CancelReplay.Output> {
  record Input(String replayName) {}

  record Output(String replayArn, String state) {}

  private final EventBuses buses;
  private final Replays replays;

  CancelReplay(EventBuses buses, Replays replays) {
    this.buses = buses;
    this.replays = replays;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Replay replay = replays.cancel(input.replayName());
    return new Output(buses.arns().replay(replay.name()), replay.state().name());
  }
}
