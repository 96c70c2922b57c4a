package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Subscription;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Subscribe}: functions and queues of the account are told from now on, HTTP endpoints are
 * asked first. An endpoint that has a subscription keeps it.
 */
final class Subscribe implements Operation<Subscribe.Input, Subscribe.Output> {
  record Input(
      String topicArn,
      String protocol,
      Optional<String> endpoint,
      Map<String, String> attributes,
      Optional<Boolean> returnSubscriptionArn) {}

  record Output(String subscriptionArn) {}

  private final Topics topics;

  Subscribe(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Subscription subscription =
        topics
            .subscriptions()
            .subscribe(
                input.topicArn(),
                input.protocol(),
                input.endpoint().orElseThrow(() -> SnsErrors.invalid("Endpoint")),
                input.attributes(),
                caller);
    boolean pending = subscription.state() == Subscription.State.PENDING;
    return new Output(
        pending && !input.returnSubscriptionArn().orElse(false)
            ? "pending confirmation"
            : topics.catalog().arns().arn(subscription));
  }
}
