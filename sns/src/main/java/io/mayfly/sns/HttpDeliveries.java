package io.mayfly.sns;

import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import io.mayfly.queue.Delivery;
import io.mayfly.queue.Forward;
import io.mayfly.queue.MessageQueue;
import io.mayfly.queue.NewMessage;
import io.mayfly.queue.QueueRules;
import io.mayfly.queue.Queues;
import io.mayfly.triggers.Notice;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What HTTP endpoints are told: for each subscription a durable queue {@code sns/http/ID} of what
 * it is to be told, which is made and goes with it. A message is in one place at any time: what
 * follows from an attempt is written in the transaction that takes the message away. Safe for use
 * by many threads.
 */
final class HttpDeliveries implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpDeliveries.class);
  private static final String PREFIX = "sns/http/";
  private static final String AGENT = "Amazon Simple Notification Service Agent";
  private static final String TYPE = "Type";
  private static final String RAW = "Raw";
  private static final String FAILED = "Failed";
  private static final String TRACE = "AWSTraceHeader";

  /** It is up to the delivery policy when a message is given up, and never to its queue. */
  private static final QueueRules RULES =
      new QueueRules(false, false, Duration.ZERO, Duration.ofDays(36_500), Optional.empty());

  private final TopicCatalog catalog;
  private final Queues queues;
  private final HttpPost post;
  private final HttpAddresses addresses;
  private final Undelivered undelivered;
  private final TopicListener listener;
  private final LongSupplier nanoTime;
  private final Executor tasks;
  private final AtomicLong held = new AtomicLong();
  private final Map<String, HttpLane> lanes = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param post closed with this
   * @param tasks runs what may block, and never refuses
   */
  HttpDeliveries(
      TopicCatalog catalog,
      Queues queues,
      HttpPost post,
      HttpAddresses addresses,
      Undelivered undelivered,
      TopicListener listener,
      LongSupplier nanoTime,
      Executor tasks) {
    this.catalog = catalog;
    this.queues = queues;
    this.post = post;
    this.addresses = addresses;
    this.undelivered = undelivered;
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.tasks = tasks;
  }

  /** Takes up what was accepted before. */
  void resume() {
    for (MessageQueue queue : queues.list(PREFIX)) {
      String id = queue.name().substring(PREFIX.length());
      if (catalog.subscription(id).isPresent()) {
        lanes.put(id, lane(id, queue));
      } else {
        // The platform ended between one change and the other.
        queues.delete(queue.name());
      }
    }
    lanes.values().forEach(HttpLane::signal);
  }

  private HttpLane lane(String id, MessageQueue queue) {
    return new HttpLane(queue, new Port(id), tasks, held, new Pace(nanoTime));
  }

  /** Why nothing is posted to an endpoint; empty if it is. */
  Optional<String> refusal(URI endpoint) {
    return addresses.refusal(endpoint);
  }

  /** Makes the queue of a subscription that is about to be made. */
  void open(String id) {
    lanes.put(id, lane(id, queues.create(PREFIX + id, RULES, "")));
  }

  /** Removes the queue of a subscription that is gone, with what it was to be told. */
  void remove(Subscription subscription) {
    HttpLane lane = lanes.remove(subscription.id());
    if (lane != null) {
      lane.close();
      queues.delete(PREFIX + subscription.id());
    }
  }

  /** Asks an endpoint to confirm; on the disk when this returns. */
  void confirm(Subscription subscription, UUID id, byte[] body) {
    var _ =
        Waiting.on(
            queues.send(forwards(subscription, id, body, Map.of(TYPE, Envelope.CONFIRMATION))));
  }

  /** What is to be written for an endpoint. */
  List<Forward> notification(
      Subscription subscription, Published message, byte[] body, boolean raw) {
    Map<String, String> system = new HashMap<>();
    system.put(TYPE, Envelope.NOTIFICATION);
    system.put(TRACE, message.traceId());
    if (raw) {
      system.put(RAW, "true");
    }
    return forwards(subscription, message.id(), body, system);
  }

  private List<Forward> forwards(
      Subscription subscription, UUID id, byte[] body, Map<String, String> system) {
    HttpLane lane = lanes.get(subscription.id());
    // Without one it has just been ended.
    return lane == null
        ? List.of()
        : List.of(
            new Forward(
                lane.queue(),
                new NewMessage(
                    id,
                    body,
                    Map.of(),
                    system,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));
  }

  @Override
  public void close() {
    closed = true;
    lanes.values().forEach(HttpLane::close);
    post.close();
  }

  private boolean deliver(Subscription subscription, MessageQueue queue, Delivery message) {
    boolean notification = message.system().getOrDefault(TYPE, "").equals(Envelope.NOTIFICATION);
    if (!notification && subscription.state() != Subscription.State.PENDING) {
      end(queue, message, List.of());
      return true;
    }
    DeliveryPolicy policy = policy(subscription);
    URI url = URI.create(subscription.endpoint());
    Optional<String> refusal = addresses.refusal(url);
    if (refusal.isPresent()) {
      end(queue, message, givenUp(subscription, message, "Forbidden", refusal.get()));
      return true;
    }
    HttpAnswer answer = post.post(url, headers(subscription, message, policy), message.body());
    if (answer.taken()) {
      end(queue, message, List.of());
      if (notification) {
        listener.happened(subscription.topic(), TopicListener.What.DELIVERED);
      }
      return true;
    }
    if (closed) {
      // No failure of the endpoint's: the message has been given back and comes again.
      return false;
    }
    int failed = Integer.parseInt(message.system().getOrDefault(FAILED, "0")) + 1;
    Optional<Duration> again = answer.refused() ? Optional.empty() : policy.retries().after(failed);
    if (again.isEmpty()) {
      end(queue, message, givenUp(subscription, message, answer.code(), answer.why()));
    } else {
      end(queue, message, List.of(new Forward(queue, again(message, failed, again.get()))));
      if (notification) {
        listener.happened(subscription.topic(), TopicListener.What.RETRIED);
      }
    }
    return answer.refused();
  }

  private DeliveryPolicy policy(Subscription subscription) {
    Map<String, String> topic =
        catalog.topic(subscription.topic()).map(Topic::attributes).orElse(Map.of());
    return DeliveryPolicy.of(topic, subscription.attributes());
  }

  private Map<String, String> headers(
      Subscription subscription, Delivery message, DeliveryPolicy policy) {
    String type = message.system().getOrDefault(TYPE, "");
    Map<String, String> headers = new HashMap<>();
    headers.put("User-Agent", AGENT);
    headers.put("Accept-Encoding", "gzip,deflate");
    headers.put("x-amz-sns-message-type", type);
    headers.put("x-amz-sns-message-id", message.id().toString());
    headers.put("x-amz-sns-topic-arn", catalog.arns().arn(subscription.topic()));
    if (type.equals(Envelope.NOTIFICATION)) {
      headers.put("Content-Type", policy.contentType());
      headers.put("x-amz-sns-subscription-arn", catalog.arns().arn(subscription));
      if (message.system().containsKey(RAW)) {
        headers.put("x-amz-sns-rawdelivery", "true");
      }
    } else {
      headers.put("Content-Type", DeliveryPolicy.STANDARD_TYPE);
    }
    return headers;
  }

  private static NewMessage again(Delivery message, int failed, Duration delay) {
    Map<String, String> system = new HashMap<>(message.system());
    system.put(FAILED, Integer.toString(failed));
    return new NewMessage(
        message.id(),
        message.body(),
        Map.of(),
        system,
        Optional.empty(),
        Optional.empty(),
        Optional.of(delay).filter(time -> !time.isZero()));
  }

  private List<Forward> givenUp(
      Subscription subscription, Delivery message, String code, String why) {
    if (message.system().getOrDefault(TYPE, "").equals(Envelope.CONFIRMATION)) {
      log.warn("{} is not asked to confirm: {}", catalog.arns().arn(subscription), why);
      return List.of();
    }
    return undelivered.forwards(
        subscription,
        Notice.of(message.body(), Map.of(), message.system().getOrDefault(TRACE, "")),
        message.id().toString(),
        code,
        why);
  }

  private static void end(MessageQueue queue, Delivery message, List<Forward> then) {
    var _ = Waiting.on(queue.delete(List.of(message.receipt()), then));
  }

  private final class Port implements HttpLane.Port {
    private final String id;

    Port(String id) {
      this.id = id;
    }

    @Override
    public Optional<Subscription> subscription() {
      return catalog.subscription(id);
    }

    @Override
    public Optional<Integer> perSecond(Subscription subscription) {
      return policy(subscription).perSecond();
    }

    @Override
    public boolean deliver(Subscription subscription, MessageQueue queue, Delivery message) {
      return HttpDeliveries.this.deliver(subscription, queue, message);
    }
  }
}
