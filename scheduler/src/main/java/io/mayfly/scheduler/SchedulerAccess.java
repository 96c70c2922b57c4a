package io.mayfly.scheduler;

import io.mayfly.aws.Access;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Protocol;
import io.mayfly.aws.Route;
import java.util.Map;

/**
 * What calls need permission for ("Actions, resources, and condition keys for Amazon EventBridge
 * Scheduler"): to do what they do, with the schedule or the group that they name.
 */
record SchedulerAccess(SchedulerArns arns) {
  Access of(Route route) {
    String operation = route.operation().name();
    return new Access("scheduler:" + operation, resource(operation, route));
  }

  private String resource(String operation, Route route) {
    Map<String, Object> values;
    try {
      values = Protocol.of(route.service()).parse(route);
    } catch (AwsException e) {
      // What is wrong with the request the action says.
      return "*";
    }
    String name = String.valueOf(values.getOrDefault("Name", ""));
    String group = String.valueOf(values.getOrDefault("GroupName", ScheduleGroup.DEFAULT));
    if (values.get("ResourceArn") instanceof String arn) {
      return arn;
    }
    if (operation.startsWith("List")) {
      return "*";
    }
    return operation.endsWith("ScheduleGroup")
        ? arns.group(name)
        : arns.schedule(new ScheduleKey(group, name));
  }
}
