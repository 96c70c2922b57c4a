package io.mayfly.sns;

import io.mayfly.model.Subscription;
import java.util.function.Supplier;

/**
 * The addresses in what subscribers are told, which the platform answers without a signature: where
 * a subscription is confirmed and ended, and the certificate. They begin with where who made the
 * subscription has reached the platform; on this machine, with where it can be reached now.
 */
final class Links {
  /** The path that all of them begin with. */
  static final String PATH = "/_mayfly/sns";

  private final Supplier<String> authority;
  private final TopicArns arns;
  private final MessageSigner signer;

  /**
   * @param authority host and port that the platform can be reached at from this machine
   */
  Links(Supplier<String> authority, TopicArns arns, MessageSigner signer) {
    this.authority = authority;
    this.arns = arns;
    this.signer = signer;
  }

  String certificate(Subscription subscription) {
    return base(subscription) + "/" + signer.certificateName();
  }

  String unsubscribe(Subscription subscription) {
    return base(subscription) + "?Action=Unsubscribe&SubscriptionArn=" + arns.arn(subscription);
  }

  String subscribe(Subscription subscription) {
    return base(subscription)
        + "?Action=ConfirmSubscription&TopicArn=%s&Token=%s"
            .formatted(arns.arn(subscription.topic()), subscription.token());
  }

  private String base(Subscription subscription) {
    boolean here = isLoopback(subscription.host());
    return "http://" + (here ? authority.get() : subscription.host()) + PATH;
  }

  private static boolean isLoopback(String host) {
    return host.isEmpty()
        || host.startsWith("127.")
        || host.startsWith("localhost")
        || host.startsWith("[::1]");
  }
}
