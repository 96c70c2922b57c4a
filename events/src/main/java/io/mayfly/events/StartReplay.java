package io.mayfly.events;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code StartReplay}: sends an archive's events of some time to their bus again. */
final class StartReplay implements Operation<StartReplay.Input, StartReplay.Output> {
  record Input(
      String replayName,
      Optional<String> description,
      String eventSourceArn,
      Instant eventStartTime,
      Instant eventEndTime,
      Destination destination) {}

  record Output(String replayArn, String state, Instant replayStartTime) {}

  record Destination(String arn, List<String> filterArns) {}

  private final EventBuses buses;
  private final Archives archives;
  private final Replays replays;

  StartReplay(EventBuses buses, Archives archives, Replays replays) {
    this.buses = buses;
    this.archives = archives;
    this.replays = replays;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Archive archive = archive(input.eventSourceArn());
    String bus = bus(input.destination(), archive);
    if (!input.eventStartTime().isBefore(input.eventEndTime())) {
      throw EventsErrors.invalid("EventEndTime", "EventStartTime must be before EventEndTime.");
    }
    Instant now = buses.clock().instant();
    replays.begin(
        new Replay(
            input.replayName(),
            input.description(),
            archive.name(),
            bus,
            input.destination().filterArns(),
            input.eventStartTime(),
            input.eventEndTime(),
            Replay.State.STARTING,
            Optional.empty(),
            Optional.empty(),
            now,
            Optional.empty()));
    return new Output(buses.arns().replay(input.replayName()), Replay.State.STARTING.name(), now);
  }

  private Archive archive(String arn) {
    String name =
        buses
            .arns()
            .archiveOf(arn)
            .orElseThrow(
                () -> EventsErrors.invalid("EventSourceArn", "Must contain an archive ARN."));
    return archives
        .find(name)
        .orElseThrow(
            () ->
                EventsErrors.invalid(
                    "EventSourceArn",
                    "Archive %s does not exist.".formatted(EventsErrors.shown(name))));
  }

  private String bus(Destination destination, Archive archive) {
    String bus =
        buses
            .arns()
            .busOf(destination.arn())
            .orElseThrow(
                () -> EventsErrors.invalid("Destination.Arn", "Must contain an event bus ARN."));
    var _ = buses.require(bus);
    if (!bus.equals(archive.bus())) {
      throw EventsErrors.invalid("Destination.Arn", "Cross event bus replay is not permitted.");
    }
    for (String rule : destination.filterArns()) {
      if (buses.arns().ruleOf(rule).filter(key -> key.bus().equals(bus)).isEmpty()) {
        throw EventsErrors.invalid(
            "Destination.FilterArns",
            "%s is no rule of the event bus.".formatted(EventsErrors.shown(rule)));
      }
    }
    return bus;
  }
}
