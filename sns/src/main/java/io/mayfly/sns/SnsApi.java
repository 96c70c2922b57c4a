package io.mayfly.sns;

import io.mayfly.aws.AwsService;
import io.mayfly.aws.Intake;
import io.mayfly.aws.ServiceModel;
import java.util.List;
import java.util.Optional;

/** The SNS API as a service of the AWS endpoint: every action of it that is about topics. */
final class SnsApi {
  private SnsApi() {}

  static AwsService service(ServiceModel model, Topics topics) {
    TopicCatalog catalog = topics.catalog();
    return new AwsService(
        model,
        List.of(
            new CreateTopic(topics),
            new DeleteTopic(topics),
            new GetTopicAttributes(catalog),
            new SetTopicAttributes(topics),
            new ListTopics(catalog),
            new AddPermission(topics),
            new RemovePermission(topics),
            new TagResource(catalog),
            new UntagResource(catalog),
            new ListTagsForResource(catalog),
            new Subscribe(topics),
            new ConfirmSubscription(topics),
            new Unsubscribe(topics),
            new GetSubscriptionAttributes(catalog),
            new SetSubscriptionAttributes(topics),
            new ListSubscriptions(catalog),
            new ListSubscriptionsByTopic(catalog),
            new Publish(topics),
            new PublishBatch(topics)),
        List.of(),
        Optional.of(new SnsAccess(catalog)::of),
        Intake.VALIDATION);
  }
}
