package io.mayfly.model;

import java.time.Instant;
import java.util.Map;

/**
 * That an endpoint gets what is published to a topic.
 *
 * @param id the last part of its ARN
 * @param topic the topic's name
 * @param protocol {@code lambda}, {@code sqs}, {@code http} or {@code https}
 * @param endpoint an ARN, or a URL
 * @param principal the ARN of who has subscribed it
 * @param asked when it was last asked to confirm, or made if it need not
 * @param host where who subscribed it has reached the platform, with the port
 * @param token what confirms it
 * @param state whether and how it was confirmed
 * @param attributes what the owner has set, checked
 */
public record Subscription(
    String id,
    String topic,
    String protocol,
    String endpoint,
    String principal,
    Instant asked,
    String host,
    String token,
    State state,
    Map<String, String> attributes) {
  /** Whether and how a subscription was confirmed. */
  public enum State {
    PENDING,
    /** By somebody who knew the token; who knows its address may end it. */
    CONFIRMED,
    /** By the account; who knows its address may end it. */
    AUTHENTICATED,
    /** By the account, which alone may end it. */
    LOCKED
  }

  public Subscription {
    attributes = Map.copyOf(attributes);
  }

  public Subscription withAttributes(Map<String, String> changed) {
    return new Subscription(
        id, topic, protocol, endpoint, principal, asked, host, token, state, changed);
  }

  public Subscription withState(State changed) {
    return new Subscription(
        id, topic, protocol, endpoint, principal, asked, host, token, changed, attributes);
  }

  /** The same, asked to confirm anew. */
  public Subscription askedAgain(Instant now, String token) {
    return new Subscription(
        id, topic, protocol, endpoint, principal, now, host, token, state, attributes);
  }
}
