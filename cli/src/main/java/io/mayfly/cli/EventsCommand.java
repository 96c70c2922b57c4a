package io.mayfly.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code mayfly events}. */
@Command(
    name = "events",
    description = {
      "Shows the events of asynchronous calls that are not done with, by function: queued, being"
          + " handled, waiting for another attempt; and how many have been given up since the start."
    })
final class EventsCommand implements Runnable {
  private static final String ROW = "%-40s %8s %8s %9s %8s  %s%n";

  @Mixin private DataOption data = new DataOption();

  @Option(names = "--json", description = "Print it as JSON.")
  private boolean raw;

  @Override
  public void run() {
    String body;
    try (InputStream answer = data.platform().get("/_mayfly/events", "")) {
      body = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CliException("the platform closed the connection: " + e.getMessage(), e);
    }
    if (raw) {
      System.out.println(body);
      return;
    }
    System.out.printf(ROW, "FUNCTION", "QUEUED", "RUNNING", "RETRYING", "DROPPED", "OLDEST");
    for (JsonNode row : JsonMapper.shared().readTree(body)) {
      System.out.printf(
          ROW,
          row.path("function").asString(),
          row.path("queued").asString(),
          row.path("running").asString(),
          row.path("retrying").asString(),
          row.path("dropped").asString(),
          row.path("oldest").asString());
    }
  }
}
