package io.mayfly.scheduler;

import io.mayfly.model.Account;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What schedules call their targets with: a templated target the input, a universal one what the
 * input says in the words of the service's API ("Managing targets in EventBridge Scheduler").
 */
record TargetCalls(Account account) {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String UNIVERSAL = "arn:aws:scheduler:::aws-sdk:";
  private static final Pattern ARN =
      Pattern.compile("arn:aws(?:-[a-z]+)?:([a-z0-9-]+):[a-z0-9-]*:(?:[0-9]{12})?:.+");

  /**
   * The call of a target.
   *
   * @throws io.mayfly.aws.AwsException if the target or its input cannot be
   */
  TargetCall of(Target target, ContextAttributes context) {
    String input = target.input().map(context::in).orElseGet(() -> notification(context));
    if (universal(target.arn())) {
      return universal(target.arn().substring(UNIVERSAL.length()), input);
    }
    return switch (service(target.arn())) {
      case "sqs" ->
          sqs(target.arn(), input, target.messageGroup(), Optional.of(context.executionId()));
      case "lambda" -> lambda(target.arn(), jsonText(input));
      case "events" -> putEvents(target, jsonText(input));
      default -> {
        ObjectNode request = JSON.createObjectNode();
        request.put("TargetArn", target.arn());
        request.put("Message", input);
        yield new TargetCall(
            target.arn(),
            input,
            Map.of(),
            target.messageGroup(),
            Optional.of(context.executionId()),
            request);
      }
    };
  }

  static boolean universal(String arn) {
    return arn.startsWith(UNIVERSAL);
  }

  /**
   * The service that an ARN is of.
   *
   * @throws io.mayfly.aws.AwsException if it is no ARN
   */
  static String service(String arn) {
    Matcher form = ARN.matcher(arn);
    if (!form.matches()) {
      throw SchedulerErrors.invalid("Provided Arn is not in correct format.");
    }
    return form.group(1);
  }

  private static TargetCall sqs(
      String arn, String body, Optional<String> group, Optional<String> deduplication) {
    ObjectNode request = JSON.createObjectNode();
    request.put("MessageBody", body);
    request.put("QueueUrl", url(arn));
    group.ifPresent(id -> request.put("MessageGroupId", id));
    return new TargetCall(arn, body, Map.of(), group, deduplication, request);
  }

  /** The address of a queue as AWS has it: who sends to it reads its path alone. */
  private static String url(String arn) {
    String[] parts = arn.split(":", 6);
    return "https://sqs.%s.amazonaws.com/%s/%s".formatted(parts[3], parts[4], parts[5]);
  }

  private static TargetCall lambda(String arn, String payload) {
    ObjectNode request = JSON.createObjectNode();
    request.put("FunctionName", arn);
    request.put("InvocationType", "Event");
    request.put("Payload", payload);
    return new TargetCall(arn, payload, Map.of(), Optional.empty(), Optional.empty(), request);
  }

  private static TargetCall putEvents(Target target, String detail) {
    Target.EventBridgeParameters event =
        target
            .eventBridgeParameters()
            .orElseThrow(
                () ->
                    SchedulerErrors.invalid(
                        "EventBridgeParameters must be given for a target that is an event bus."));
    ObjectNode request = JSON.createObjectNode();
    ObjectNode entry = request.putArray("Entries").addObject();
    entry.put("Detail", detail);
    entry.put("DetailType", event.detailType());
    entry.put("EventBusName", target.arn());
    entry.put("Source", event.source());
    return new TargetCall(
        target.arn(),
        detail,
        Map.of("Source", event.source(), "DetailType", event.detailType()),
        Optional.empty(),
        Optional.empty(),
        request);
  }

  private static String jsonText(String input) {
    try {
      var _ = JSON.readTree(input);
      return input;
    } catch (JacksonException e) {
      throw SchedulerErrors.invalid("The Input of this target must be well-formed JSON.");
    }
  }

  private TargetCall universal(String action, String input) {
    JsonNode request;
    try {
      request = JSON.readTree(input);
    } catch (JacksonException e) {
      throw SchedulerErrors.invalid("The Input of a universal target must be well-formed JSON.");
    }
    if (!(request instanceof ObjectNode parameters)) {
      throw SchedulerErrors.invalid("The Input of a universal target must be a JSON object.");
    }
    return switch (action) {
      case "sqs:sendMessage" -> sendMessage(parameters);
      case "lambda:invoke" -> invoke(parameters);
      default ->
          throw SchedulerErrors.invalid(
              "Mayfly has no universal target %s; there are sqs:sendMessage and lambda:invoke"
                  .formatted(action.length() > 100 ? action.substring(0, 100) : action));
    };
  }

  private TargetCall sendMessage(ObjectNode parameters) {
    String url = text(parameters, "QueueUrl").orElse("");
    String body =
        text(parameters, "MessageBody")
            .orElseThrow(() -> SchedulerErrors.invalid("Input.MessageBody must be given."));
    Optional<String> group = text(parameters, "MessageGroupId");
    Optional<String> deduplication = text(parameters, "MessageDeduplicationId");
    nothingElse(parameters, "QueueUrl", "MessageBody", "MessageGroupId", "MessageDeduplicationId");
    String owned = "/" + account.id() + "/";
    int name = url.lastIndexOf(owned);
    if (name < 0) {
      throw SchedulerErrors.invalid(
          "Input.QueueUrl must be the address of a queue of the account.");
    }
    String arn =
        "arn:aws:sqs:%s:%s:%s"
            .formatted(account.region(), account.id(), url.substring(name + owned.length()));
    return sqs(arn, body, group, deduplication);
  }

  private TargetCall invoke(ObjectNode parameters) {
    String function =
        text(parameters, "FunctionName")
            .orElseThrow(() -> SchedulerErrors.invalid("Input.FunctionName must be given."));
    if (!text(parameters, "InvocationType").equals(Optional.of("Event"))) {
      throw SchedulerErrors.invalid(
          "Input.InvocationType must be Event: nobody waits for an answer here");
    }
    String payload = text(parameters, "Payload").map(TargetCalls::jsonText).orElse("{}");
    Optional<String> qualifier = text(parameters, "Qualifier");
    nothingElse(parameters, "FunctionName", "InvocationType", "Payload", "Qualifier");
    String arn =
        function.startsWith("arn:")
            ? function
            : "arn:aws:lambda:%s:%s:function:%s"
                .formatted(account.region(), account.id(), function);
    return lambda(arn + qualifier.map(each -> ":" + each).orElse(""), payload);
  }

  private static Optional<String> text(ObjectNode parameters, String name) {
    JsonNode value = parameters.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw SchedulerErrors.invalid("Input.%s must be a text.".formatted(name));
    }
    return Optional.of(value.asString());
  }

  private static void nothingElse(ObjectNode parameters, String... known) {
    for (String name : parameters.propertyNames()) {
      if (!List.of(known).contains(name)) {
        throw SchedulerErrors.invalid(
            "Input.%s is not supported yet by Mayfly; leave it out"
                .formatted(name.length() > 100 ? name.substring(0, 100) : name));
      }
    }
  }

  /** What a target is told by a schedule without an input. */
  private String notification(ContextAttributes context) {
    ObjectNode event = JSON.createObjectNode();
    event.put("version", "0");
    event.put("id", context.executionId());
    event.put("detail-type", "Scheduled Event");
    event.put("source", "aws.scheduler");
    event.put("account", account.id());
    event.put("time", context.time());
    event.put("region", account.region());
    event.putArray("resources").add(context.scheduleArn());
    event.put("detail", "{}");
    return JSON.writeValueAsString(event);
  }
}
