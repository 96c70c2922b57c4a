package io.mayfly.events;

import io.mayfly.aws.Authorizer;
import io.mayfly.aws.AwsService;
import io.mayfly.aws.ServiceModel;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The EventBridge API as a service of the AWS endpoint, over an account's event buses. */
public final class EventsApi {
  private EventsApi() {}

  /**
   * Binds the actions to buses.
   *
   * @param authorizer is asked for what an action does beyond what its request names first
   * @param policyCheck throws an {@link io.mayfly.aws.AwsException} if a text is no policy of a
   *     resource
   */
  public static AwsService service(
      ServiceModel model, EventBridge bridge, Authorizer authorizer, Consumer<String> policyCheck) {
    EventBuses buses = bridge.buses();
    EventsAccess access = new EventsAccess(buses);
    return new AwsService(
        model,
        List.of(
            new CreateEventBus(buses),
            new DescribeEventBus(buses),
            new UpdateEventBus(buses),
            new DeleteEventBus(buses),
            new ListEventBuses(buses),
            new PutPermission(buses, policyCheck),
            new RemovePermission(buses),
            new PutRule(buses),
            new DescribeRule(buses),
            new ListRules(buses),
            new DeleteRule(buses),
            new EnableRule(buses),
            new DisableRule(buses),
            new PutTargets(buses),
            new RemoveTargets(buses),
            new ListTargetsByRule(buses),
            new ListRuleNamesByTarget(buses),
            new TestEventPattern(),
            new TagResource(buses),
            new UntagResource(buses),
            new ListTagsForResource(buses),
            new PutEvents(bridge.publisher(), access, authorizer),
            new CreateArchive(buses, bridge.archives()),
            new DescribeArchive(buses, bridge.archives()),
            new UpdateArchive(buses, bridge.archives()),
            new DeleteArchive(bridge.archives()),
            new ListArchives(buses, bridge.archives()),
            new StartReplay(buses, bridge.archives(), bridge.replays()),
            new DescribeReplay(buses, bridge.replays()),
            new CancelReplay(buses, bridge.replays()),
            new ListReplays(buses, bridge.replays())),
        List.of(),
        Optional.of(access::of));
  }
}
