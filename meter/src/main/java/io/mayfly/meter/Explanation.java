package io.mayfly.meter;

import io.mayfly.model.ColdStart;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Why a request was answered as it was and took as long as it did, for people.
 *
 * @param what what the request was for
 * @param at when it was over
 * @param outcome what came of it
 * @param parts where its time went, in their order
 * @param facts what it used
 * @param advice what to do about it, if anything
 */
public record Explanation(
    String what,
    Instant at,
    String outcome,
    List<Part> parts,
    List<String> facts,
    List<String> advice) {

  /**
   * A part of a request's time.
   *
   * @param name a word, as on the REPORT line
   * @param meaning what was done meanwhile
   */
  public record Part(String name, double millis, String meaning) {}

  /** Below this nobody asks. */
  private static final Duration SHORT = Duration.ofMillis(100);

  public static Explanation of(RequestRecord record) {
    return switch (record) {
      case CallRecord call -> ofCall(call);
      case RefusalRecord refusal ->
          new Explanation(
              refusal.asked(),
              refusal.at(),
              "refused with status %d, %s: %s"
                  .formatted(refusal.status(), refusal.code(), refusal.message()),
              List.of(),
              refusal.reason().isEmpty() ? List.of() : List.of("Reason: " + refusal.reason()),
              Advice.on(refusal));
      case DroppedEvent event ->
          new Explanation(
              "an event of " + event.function(),
              event.at(),
              "given up, %s: %s".formatted(event.condition(), event.message()),
              List.of(),
              List.of(),
              Advice.on(event));
    };
  }

  private static Explanation ofCall(CallRecord call) {
    List<Part> parts = new ArrayList<>();
    call.cold().ifPresentOrElse(cold -> addLedger(parts, cold), () -> addWaiting(parts, call));
    parts.add(part("handler", call.duration(), "from the event to the whole answer"));
    List<String> facts =
        List.of(
            "billed %d ms at %d MB".formatted(call.billed().toMillis(), call.memory().megabytes()),
            "its instance has used %d MB at most".formatted(call.peakMemory().megabytes()),
            call.cold().isPresent()
                ? "a cold start: an instance was started for it"
                : "no cold start");
    return new Explanation(
        "a call of " + call.function() + " on " + call.runtime(),
        call.ended(),
        outcome(call),
        List.copyOf(parts),
        facts,
        advice(call));
  }

  private static void addLedger(List<Part> parts, ColdStart cold) {
    parts.add(part("queue", cold.queue(), "until somebody began to start an instance"));
    parts.add(part("place", cold.place(), "until it was its turn to start"));
    parts.add(part("sandbox", cold.sandbox(), "until its jail stood"));
    parts.add(part("code", cold.code(), "until a prewarmed instance had the function"));
    parts.add(part("runtime", cold.runtime(), "until the runtime ran"));
    parts.add(part("init", cold.init(), "until the handler was loaded"));
  }

  private static void addWaiting(List<Part> parts, CallRecord call) {
    if (!call.waited().isZero()) {
      parts.add(part("queue", call.waited(), "until an instance was free"));
    }
  }

  private static Part part(String name, Duration time, String meaning) {
    return new Part(name, Math.round(time.toNanos() / 10_000.0) / 100.0, meaning);
  }

  private static String outcome(CallRecord call) {
    if (call.succeeded()) {
      return "answered";
    }
    return "failed with "
        + call.errorType()
        + (call.reason().isEmpty() ? "; the error object is in the answer" : ": " + call.reason());
  }

  private static List<String> advice(CallRecord call) {
    List<String> advice = new ArrayList<>(Advice.on(call));
    call.cold()
        .filter(cold -> cold.queue().plus(cold.place()).compareTo(SHORT) > 0)
        .ifPresent(
            cold ->
                advice.add(
                    "It waited %s to be started: the processors were busy with other starts. Provisioned concurrency has instances ready before calls come."
                        .formatted(millis(cold.queue().plus(cold.place())))));
    call.cold()
        .filter(cold -> cold.init().compareTo(SHORT) > 0)
        .ifPresent(
            cold ->
                advice.add(
                    "Its own code took %s to load, before the handler ran. More memory buys more CPU for that."
                        .formatted(millis(cold.init()))));
    if (call.cold().isEmpty() && call.waited().compareTo(SHORT) > 0) {
      advice.add(
          "It waited %s for a busy instance, because that was expected to be sooner than a start. %s lets one instance take several calls."
              .formatted(millis(call.waited()), "AWS_LAMBDA_MAX_CONCURRENCY"));
    }
    return List.copyOf(advice);
  }

  private static String millis(Duration time) {
    return String.format(Locale.ROOT, "%.0f ms", time.toNanos() / 1e6);
  }
}
