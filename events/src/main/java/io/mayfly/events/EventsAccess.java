package io.mayfly.events;

import io.mayfly.aws.Access;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Protocol;
import io.mayfly.aws.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What calls need permission for ("Actions, resources, and condition keys for Amazon EventBridge"):
 * to do what they do, with the bus, rule, archive or replay that they name. A bus's policy has a
 * say in what is done with it.
 */
record EventsAccess(EventBuses buses) {
  Access of(Route route) {
    String operation = route.operation().name();
    Optional<String> resource;
    try {
      resource = resource(operation, Protocol.of(route.service()).parse(route));
    } catch (AwsException e) {
      // What is wrong with it the action says.
      resource = Optional.empty();
    }
    return new Access("events:" + operation, resource.orElse("*"), resource.flatMap(buses::policy));
  }

  /** What putting events on a bus needs permission for. */
  Access ofBus(String nameOrArn) {
    String arn = nameOrArn.startsWith("arn:") ? nameOrArn : buses.arns().bus(nameOrArn);
    return new Access(BusTarget.ACTION, arn, buses.policy(arn));
  }

  private Optional<String> resource(String operation, Map<String, Object> values) {
    EventArns arns = buses.arns();
    return switch (operation) {
      case "PutEvents" ->
          values.get("Entries") instanceof List<?> entries && !entries.isEmpty()
              ? Optional.of(arns.bus(bus(((Map<?, ?>) entries.getFirst()).get("EventBusName"))))
              : Optional.empty();
      case "PutRule", "DeleteRule", "DescribeRule", "EnableRule", "DisableRule" ->
          text(values, "Name").map(name -> arns.rule(bus(values.get("EventBusName")), name));
      case "PutTargets", "RemoveTargets", "ListTargetsByRule" ->
          text(values, "Rule").map(name -> arns.rule(bus(values.get("EventBusName")), name));
      case "CreateEventBus", "DescribeEventBus", "UpdateEventBus", "DeleteEventBus" ->
          Optional.of(arns.bus(bus(values.get("Name"))));
      case "PutPermission", "RemovePermission" ->
          Optional.of(arns.bus(bus(values.get("EventBusName"))));
      case "CreateArchive", "DescribeArchive", "UpdateArchive", "DeleteArchive" ->
          text(values, "ArchiveName").map(arns::archive);
      case "StartReplay", "DescribeReplay", "CancelReplay" ->
          text(values, "ReplayName").map(arns::replay);
      case "TagResource", "UntagResource", "ListTagsForResource" -> text(values, "ResourceARN");
      default -> Optional.empty();
    };
  }

  private String bus(@Nullable Object nameOrArn) {
    return buses
        .arns()
        .busNamed(nameOrArn instanceof String given ? Optional.of(given) : Optional.empty());
  }

  private static Optional<String> text(Map<String, Object> values, String name) {
    return values.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }
}
