package io.mayfly.events;

import io.mayfly.model.Account;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.JsonNode;

/**
 * An event on a bus: its JSON ("Events" in the user guide), made once, and what targets need of it.
 * Immutable but for what is worked out on first use; safe for use by many threads.
 */
final class Event {
  private static final String RESOURCES = ",\"resources\":[";
  private static final JsonStringEncoder ESCAPE = JsonStringEncoder.getInstance();

  private final String json;
  private final Instant ingested;
  private final String trace;
  private final boolean replayed;

  private byte @Nullable [] bytes;
  private @Nullable JsonNode tree;

  /**
   * @param json as targets see it
   * @param ingested when the bus was given it
   * @param trace the trace header of the chain that it is of
   * @param replayed whether it comes out of an archive
   */
  Event(String json, Instant ingested, String trace, boolean replayed) {
    this.json = json;
    this.ingested = ingested;
    this.trace = trace;
    this.replayed = replayed;
  }

  /**
   * Writes an event.
   *
   * @param detail a JSON object
   */
  static Event of(
      Account account,
      String id,
      String source,
      String detailType,
      Instant time,
      List<String> resources,
      String detail,
      Instant ingested,
      String trace) {
    StringBuilder json = new StringBuilder(256 + detail.length());
    json.append("{\"version\":\"0\",\"id\":\"").append(id).append("\",\"detail-type\":\"");
    ESCAPE.quoteAsString(detailType, json);
    json.append("\",\"source\":\"");
    ESCAPE.quoteAsString(source, json);
    json.append("\",\"account\":\"").append(account.id()).append("\",\"time\":\"");
    json.append(time.truncatedTo(ChronoUnit.SECONDS));
    json.append("\",\"region\":\"").append(account.region()).append('"').append(RESOURCES);
    for (int i = 0; i < resources.size(); i++) {
      json.append(i == 0 ? "\"" : ",\"");
      ESCAPE.quoteAsString(resources.get(i), json);
      json.append('"');
    }
    json.append("],\"detail\":").append(detail).append('}');
    return new Event(json.toString(), ingested, trace, false);
  }

  /**
   * The same event out of an archive, which says by what replay.
   *
   * @param replay of letters, digits and {@code .-_}
   */
  Event replayedBy(String replay) {
    // Within a string the quotes would be escaped, so the first are the member's own.
    int resources = json.indexOf(RESOURCES);
    return new Event(
        "%s,\"replay-name\":\"%s\"%s"
            .formatted(json.substring(0, resources), replay, json.substring(resources)),
        ingested,
        trace,
        true);
  }

  String json() {
    return json;
  }

  /** The JSON in UTF-8. Not to be changed. */
  byte[] bytes() {
    byte[] made = bytes;
    if (made == null) {
      made = json.getBytes(StandardCharsets.UTF_8);
      bytes = made;
    }
    return made;
  }

  /** The JSON, read. Not to be changed. */
  JsonNode tree() {
    JsonNode made = tree;
    if (made == null) {
      made = Json.read(json);
      tree = made;
    }
    return made;
  }

  Instant ingested() {
    return ingested;
  }

  String trace() {
    return trace;
  }

  boolean replayed() {
    return replayed;
  }

  /** Whether it may have arrays beside its resources. */
  boolean hasArrays() {
    return json.indexOf('[', json.indexOf('[') + 1) >= 0;
  }
}
