package io.mayfly.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code mayfly mqtt rules}. */
@Command(
    name = "rules",
    description = {
      "Lists the rules by which what devices publish is brought to functions, queues and other"
          + " targets; its commands make, change and remove them."
    },
    subcommands = {MqttRulesCommand.Add.class, MqttRulesCommand.Remove.class})
final class MqttRulesCommand implements Runnable {
  private static final String PATH = MqttCommand.PATH + "/rules";
  private static final String ROW = "%-20s  %-8s  %-32s  %s%n";

  @Mixin private DataOption data = new DataOption();

  @Option(names = "--json", description = "Print them as JSON.")
  private boolean raw;

  @Override
  public void run() {
    String body = MqttCommand.ask(data.platform(), "GET", PATH, new byte[0]);
    if (raw) {
      System.out.println(body);
      return;
    }
    System.out.printf(ROW, "RULE", "STATE", "TOPIC", "TO");
    for (JsonNode row : JsonMapper.shared().readTree(body)) {
      System.out.printf(
          ROW,
          row.path("name").asString(),
          row.path("enabled").asBoolean() ? "enabled" : "disabled",
          row.path("topic").asString(),
          row.path("to").valueStream().map(JsonNode::asString).collect(Collectors.joining(" ")));
    }
  }

  private static String path(String name) {
    if (!name.matches("\\w{1,128}")) {
      throw new CliException(
          "'%s' is no rule's name, which has letters, digits and underscores".formatted(name));
    }
    return PATH + "/" + name;
  }

  @Command(
      name = "add",
      description = {
        "Makes a rule, or changes the one of its name.",
        "A payload that is JSON is told as it is, anything else as {\"data\": \"BASE64\"}. Without"
            + " --role the target's own policy must let iot.amazonaws.com tell it, for a function as"
            + " 'aws lambda add-permission --principal iot.amazonaws.com' does."
      })
  static final class Add implements Runnable {
    @Mixin private DataOption data = new DataOption();

    @Parameters(paramLabel = "NAME", description = "Letters, digits and underscores.")
    private String name = "";

    @Option(
        names = "--topic",
        required = true,
        paramLabel = "FILTER",
        description = "Which topics, as in 'machines/+/readings' or 'machines/#'.")
    private String topic = "";

    @Option(
        names = "--to",
        required = true,
        arity = "1..*",
        paramLabel = "ARN",
        description = "What is told: functions, queues, event buses, topics.")
    private List<String> targets = List.of();

    @Option(
        names = "--role",
        paramLabel = "ARN",
        defaultValue = "",
        description = "The role that tells them.")
    private String role = "";

    @Option(
        names = "--pattern",
        paramLabel = "JSON",
        defaultValue = "",
        description =
            "Only payloads that match it, as in '{\"celsius\": [{\"numeric\": [\">\", 90]}]}'.")
    private String pattern = "";

    @Option(
        names = "--error-queue",
        paramLabel = "ARN",
        defaultValue = "",
        description = "The queue for what a target cannot be told.")
    private String errorQueue = "";

    @Option(
        names = "--with-topic",
        description =
            "Tell {\"topic\", \"clientid\", \"timestamp\", \"payload\"} instead of the payload alone.")
    private boolean withTopic;

    @Option(names = "--disabled", description = "Keep it, and bring nothing.")
    private boolean disabled;

    @Override
    public void run() {
      ObjectNode rule = JsonMapper.shared().createObjectNode();
      rule.put("topic", topic);
      targets.forEach(rule.putArray("to")::add);
      put(rule, "role", role);
      put(rule, "errorQueue", errorQueue);
      rule.put("withTopic", withTopic);
      rule.put("enabled", !disabled);
      if (!pattern.isEmpty()) {
        try {
          rule.set("pattern", JsonMapper.shared().readTree(pattern));
        } catch (JacksonException e) {
          throw new CliException("--pattern is no JSON: " + e.getOriginalMessage(), e);
        }
      }
      byte[] body = JsonMapper.shared().writeValueAsBytes(rule);
      String answer = MqttCommand.ask(data.platform(), "PUT", path(name), body);
      System.out.println(name + (disabled ? " is kept." : " is in force."));
      for (JsonNode obstacle : JsonMapper.shared().readTree(answer).path("obstacles")) {
        System.out.println("But as it is now, a target cannot be told: " + obstacle.asString());
      }
    }

    private static void put(ObjectNode rule, String member, String value) {
      if (!value.isEmpty()) {
        rule.put(member, value);
      }
    }
  }

  @Command(name = "remove", description = "Removes a rule.")
  static final class Remove implements Runnable {
    @Mixin private DataOption data = new DataOption();

    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    @Override
    public void run() {
      MqttCommand.ask(data.platform(), "DELETE", path(name), new byte[0]);
      System.out.println(name + " is removed.");
    }
  }
}
