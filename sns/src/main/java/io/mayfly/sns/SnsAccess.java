package io.mayfly.sns;

import io.mayfly.aws.Access;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Protocol;
import io.mayfly.aws.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What calls need permission for ("Amazon SNS API permissions"): to do what they do, with the topic
 * that they name, whose policy has a say in it. A batch needs what one of its entries would.
 */
record SnsAccess(TopicCatalog catalog) {
  /** Where a call names a topic, or something of it. */
  private static final List<String> PLACES =
      List.of("TopicArn", "TargetArn", "ResourceArn", "SubscriptionArn");

  Access of(Route route) {
    String operation = route.operation().name();
    Optional<String> topic = topic(route);
    return new Access(
        "sns:" + (operation.equals("PublishBatch") ? "Publish" : operation),
        topic.map(catalog.arns()::arn).orElse("*"),
        topic.flatMap(catalog::topic).map(found -> found.attributes().get(TopicAttributes.POLICY)));
  }

  /** The topic that a call names; what is wrong with a name the action says. */
  private Optional<String> topic(Route route) {
    try {
      Map<String, Object> values = Protocol.of(route.service()).parse(route);
      if (values.get("Name") instanceof String name) {
        return Optional.of(name);
      }
      return PLACES.stream()
          .flatMap(place -> Optional.ofNullable(values.get(place)).stream())
          .flatMap(arn -> catalog.arns().topic(arn.toString()).stream())
          .findFirst();
    } catch (AwsException e) {
      return Optional.empty();
    }
  }
}
