package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Subscription;
import io.mayfly.model.Subscription.State;
import java.util.Optional;

/** {@code ConfirmSubscription}: with the token that the endpoint was sent, signed or not. */
final class ConfirmSubscription
    implements Operation<ConfirmSubscription.Input, ConfirmSubscription.Output> {
  record Input(String topicArn, String token, Optional<String> authenticateOnUnsubscribe) {}

  record Output(String subscriptionArn) {}

  private final Topics topics;

  ConfirmSubscription(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    String locked = input.authenticateOnUnsubscribe().orElse("false");
    if (!TopicAttributes.isTruth(locked)) {
      throw SnsErrors.invalid("AuthenticateOnUnsubscribe");
    }
    boolean signed = !caller.accessKeyId().isEmpty();
    if (locked.equalsIgnoreCase("true") && !signed) {
      throw SnsErrors.unauthorized(
          "AuthenticateOnUnsubscribe is for requests of the account; sign the request");
    }
    Subscription confirmed =
        topics
            .subscriptions()
            .confirm(
                input.topicArn(),
                input.token(),
                locked.equalsIgnoreCase("true")
                    ? State.LOCKED
                    : signed ? State.AUTHENTICATED : State.CONFIRMED);
    return new Output(topics.catalog().arns().arn(confirmed));
  }
}
