package io.mayfly.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code mayfly why}. */
@Command(
    name = "why",
    description = {
      "Tells why a request was answered as it was, and where its time went.",
      "The id is in the answer's x-amzn-RequestId header, in error messages and in logs. The last"
          + " 16,384 plain calls are remembered, and as many requests that were cold, waited,"
          + " failed or were refused."
    })
final class WhyCommand implements Runnable {
  @Mixin private DataOption data = new DataOption();

  @Option(names = "--json", description = "Print what is remembered as JSON.")
  private boolean raw;

  @Parameters(paramLabel = "REQUEST-ID", description = "The request.")
  private String requestId = "";

  @Override
  public void run() {
    if (!requestId.matches("[A-Za-z0-9-]{1,64}")) {
      throw new CliException("'%s' is no request id".formatted(requestId));
    }
    String body;
    try (InputStream answer = data.platform().get("/_mayfly/why/" + requestId, "")) {
      body = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CliException("the platform closed the connection: " + e.getMessage(), e);
    }
    JsonNode records = JsonMapper.shared().readTree(body);
    if (records.isEmpty()) {
      throw new CliException(
          "no request %s is remembered: it is long ago, or was another platform's. Logs keep calls for longer: ./mayfly logs NAME"
              .formatted(requestId));
    }
    if (raw) {
      System.out.println(body);
      return;
    }
    System.out.println(requestId);
    records.forEach(WhyCommand::print);
  }

  private static void print(JsonNode record) {
    System.out.printf(
        "%n%s, over at %s%n%s%n",
        record.path("what").asString(),
        record.path("at").asString(),
        record.path("outcome").asString());
    if (!record.path("parts").isEmpty()) {
      System.out.println();
    }
    for (JsonNode part : record.path("parts")) {
      System.out.printf(
          "  %-8s %10.2f ms  %s%n",
          part.path("name").asString(),
          part.path("millis").asDouble(),
          part.path("meaning").asString());
    }
    if (!record.path("facts").isEmpty()) {
      System.out.println();
    }
    record.path("facts").forEach(fact -> System.out.println("  " + fact.asString()));
    record.path("advice").forEach(advice -> System.out.printf("%n%s%n", advice.asString()));
  }
}
