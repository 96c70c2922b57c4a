package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.model.TraceId;
import io.mayfly.queue.Forward;
import io.mayfly.queue.Queues;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Puts events on buses: whatever follows from all events of one call is written in one transaction,
 * and is on the disk when the call is answered. Safe for use by many threads.
 */
final class Publisher {
  /** All events of a call; AWS raised it from 256 KB. */
  static final int MOST_BYTES = 1024 * 1024;

  /** "PutEventsRequestEntry" in the API reference, as the next. */
  private static final int LONGEST_SOURCE = 256;

  private static final int LONGEST_DETAIL_TYPE = 128;

  /** What a time counts ("Calculating EventBridge event entry size"). */
  private static final int TIME_BYTES = 14;

  private static final String AWS = "aws.";

  private final EventBuses buses;
  private final Router router;
  private final Queues queues;
  private final RandomGenerator random;
  private final Supplier<UUID> ids;
  private final InstantSource clock;

  /**
   * An event to be put.
   *
   * @param bus a name or an ARN
   */
  record Entry(
      Optional<String> source,
      Optional<String> detailType,
      Optional<String> detail,
      Optional<Instant> time,
      List<String> resources,
      Optional<String> bus,
      Optional<String> trace) {
    /** What counts towards the size of a call. */
    private long bytes() {
      long bytes = time.isPresent() ? TIME_BYTES : 0;
      for (Optional<String> each : List.of(source, detailType, detail)) {
        bytes += each.map(Publisher::bytes).orElse(0);
      }
      for (String each : resources) {
        bytes += Publisher.bytes(each);
      }
      return bytes;
    }
  }

  /** What has become of an event: it has an id, or it was refused. */
  record Result(
      Optional<String> eventId, Optional<String> errorCode, Optional<String> errorMessage) {
    static Result accepted(String id) {
      return new Result(Optional.of(id), Optional.empty(), Optional.empty());
    }

    static Result refused(String code, String message) {
      return new Result(Optional.empty(), Optional.of(code), Optional.of(message));
    }
  }

  Publisher(
      EventBuses buses, Router router, Queues queues, RandomGenerator random, Supplier<UUID> ids) {
    this.buses = buses;
    this.router = router;
    this.queues = queues;
    this.random = random;
    this.ids = ids;
    this.clock = buses.clock();
  }

  /** How many bytes a text has in UTF-8, without making them. */
  private static int bytes(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      // A pair of surrogates has four.
      bytes += each < 0x80 ? 0 : each < 0x800 || Character.isSurrogate(each) ? 1 : 2;
    }
    return bytes;
  }

  /**
   * Puts events. One that is wrong is refused alone.
   *
   * @return one for each, in their order
   * @throws AwsException if all together are too large
   * @throws io.mayfly.model.MayflyException if they cannot be stored, none of them
   */
  List<Result> put(List<Entry> entries) {
    check(entries);
    List<Forward> forwards = new ArrayList<>();
    List<Result> results = route(entries, forwards);
    send(forwards);
    return results;
  }

  /**
   * Puts events, all or none.
   *
   * @return one for each, in their order
   * @throws AwsException if one is wrong, or all together are too large
   * @throws io.mayfly.model.MayflyException if they cannot be stored
   */
  List<Result> putAll(List<Entry> entries) {
    check(entries);
    List<Forward> forwards = new ArrayList<>();
    List<Result> results = route(entries, forwards);
    for (int i = 0; i < results.size(); i++) {
      String place = entries.size() == 1 ? "" : "event %d: ".formatted(i + 1);
      results
          .get(i)
          .errorMessage()
          .ifPresent(
              message -> {
                throw EventsErrors.validation(place + message);
              });
    }
    send(forwards);
    return results;
  }

  private static void check(List<Entry> entries) {
    if (entries.stream().mapToLong(Entry::bytes).sum() > MOST_BYTES) {
      throw EventsErrors.validation("Total size of the entries in the request is over the limit.");
    }
  }

  /** What has become of each event, if what follows is stored. */
  private List<Result> route(List<Entry> entries, List<Forward> forwards) {
    Instant now = clock.instant();
    List<Result> results = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      Optional<Result> refused = wrong(entry);
      if (refused.isPresent()) {
        results.add(refused.get());
        continue;
      }
      if (Router.bytes(forwards) > Router.MOST_WRITTEN / 2) {
        results.add(
            Result.refused(
                "ThrottlingException", "The targets of events before it are told too much."));
        continue;
      }
      String id = ids.get().toString();
      try {
        // A bus that is not there swallows it, as on AWS.
        forwards.addAll(router.route(event(entry, id, now), buses.arns().busNamed(entry.bus())));
        results.add(Result.accepted(id));
      } catch (AwsException e) {
        results.add(Result.refused(e.code(), String.valueOf(e.getMessage())));
      }
    }
    return results;
  }

  /** Has what follows from events written; on the disk when this returns. */
  void send(List<Forward> forwards) {
    if (forwards.isEmpty()) {
      return;
    }
    try {
      var _ = Waiting.on(queues.send(forwards));
    } catch (MayflyException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
      throw new MayflyException(
          ErrorCode.SERVICE_UNAVAILABLE,
          "a target was removed in this moment; send the events again",
          e);
    }
  }

  private Event event(Entry entry, String id, Instant now) {
    return Event.of(
        buses.arns().account(),
        id,
        entry.source().orElseThrow(),
        entry.detailType().orElseThrow(),
        entry.time().orElse(now),
        entry.resources(),
        entry.detail().orElseThrow().strip(),
        now,
        TraceId.continueOrStart(entry.trace(), now, random));
  }

  /** A rule's event when it fires of itself ("Creating a rule that runs on a schedule"). */
  Event scheduled(String ruleArn, Instant time) {
    Instant now = clock.instant();
    return Event.of(
        buses.arns().account(),
        ids.get().toString(),
        "aws.events",
        "Scheduled Event",
        time,
        List.of(ruleArn),
        "{}",
        now,
        TraceId.continueOrStart(Optional.empty(), now, random));
  }

  private static Optional<Result> wrong(Entry entry) {
    if (entry.source().orElse("").isEmpty()) {
      return required("Source");
    }
    if (entry.detailType().orElse("").isEmpty()) {
      return required("DetailType");
    }
    if (entry.detail().orElse("").isEmpty()) {
      return required("Detail");
    }
    if (entry.source().get().length() > LONGEST_SOURCE) {
      return invalid("Source", "Source must be at most %d characters long.", LONGEST_SOURCE);
    }
    if (entry.detailType().get().length() > LONGEST_DETAIL_TYPE) {
      return invalid(
          "DetailType", "DetailType must be at most %d characters long.", LONGEST_DETAIL_TYPE);
    }
    if (entry.source().get().startsWith(AWS)) {
      return Optional.of(
          Result.refused("NotAuthorizedForSourceException", "Not authorized for the source."));
    }
    if (entry.time().filter(Publisher::isFar).isPresent()) {
      return invalid("Time", "Time must have a year of four digits.", 0);
    }
    return Json.isObject(entry.detail().get())
        ? Optional.empty()
        : Optional.of(Result.refused("MalformedDetail", "Detail is malformed."));
  }

  private static boolean isFar(Instant time) {
    int year = time.atOffset(ZoneOffset.UTC).getYear();
    return year < 0 || year > 9999;
  }

  private static Optional<Result> required(String parameter) {
    return invalid(parameter, parameter + " is a required argument.", 0);
  }

  private static Optional<Result> invalid(String parameter, String reason, int bound) {
    return Optional.of(
        Result.refused(
            "InvalidArgument",
            "Parameter %s is not valid. Reason: %s".formatted(parameter, reason.formatted(bound))));
  }
}
