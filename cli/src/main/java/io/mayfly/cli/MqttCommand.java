package io.mayfly.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code mayfly mqtt}. */
@Command(
    name = "mqtt",
    description = {
      "Shows whether devices can publish over MQTT, and how many are connected.",
      "A platform that was started with --mqtt-port listens to MQTT 3.1.1 and 5. The user name is an"
          + " access key id, the password its secret key. What devices publish is brought to"
          + " functions, queues and other targets by rules: see 'mayfly mqtt rules --help'."
    },
    subcommands = MqttRulesCommand.class)
final class MqttCommand implements Runnable {
  static final String PATH = "/_mayfly/mqtt";

  @Mixin private DataOption data = new DataOption();

  @Option(names = "--json", description = "Print it as JSON.")
  private boolean raw;

  @Override
  public void run() {
    String body = ask(data.platform(), "GET", PATH, new byte[0]);
    if (raw) {
      System.out.println(body);
      return;
    }
    JsonNode status = JsonMapper.shared().readTree(body);
    System.out.println(
        status.path("listening").asBoolean()
            ? "MQTT on port %s: %s clients connected, %s rules."
                .formatted(
                    status.path("port").asString(),
                    status.path("connections").asString(),
                    status.path("rules").asString())
            : "MQTT is off, with %s rules; start the platform with --mqtt-port 1883."
                .formatted(status.path("rules").asString()));
  }

  /** Asks the platform for something; the answer. */
  static String ask(RunningPlatform platform, String method, String path, byte[] body) {
    try (InputStream answer = platform.send(method, path, "", body)) {
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CliException("the answer ended early: " + e, e);
    }
  }
}
