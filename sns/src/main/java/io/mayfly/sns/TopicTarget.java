package io.mayfly.sns;

import io.mayfly.model.Topic;
import io.mayfly.model.TraceId;
import io.mayfly.queue.Forward;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Target;
import io.mayfly.triggers.UndeliverableException;
import io.mayfly.triggers.UndeliverableException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Topics of the account, to which what they are told is published. */
final class TopicTarget implements Target {
  private final TopicCatalog catalog;
  private final Publisher publisher;
  private final RandomGenerator random;
  private final InstantSource clock;

  TopicTarget(
      TopicCatalog catalog, Publisher publisher, RandomGenerator random, InstantSource clock) {
    this.catalog = catalog;
    this.publisher = publisher;
    this.random = random;
    this.clock = clock;
  }

  @Override
  public List<Forward> forward(String arn, Notice notice) {
    Topic topic =
        catalog
            .arns()
            .topic(arn)
            .filter(name -> catalog.arns().arn(name).equals(arn))
            .flatMap(catalog::topic)
            .orElseThrow(() -> new UndeliverableException("there is no such topic"));
    int bytes = notice.body().length + MessageAttributes.bytes(notice.attributes());
    if (bytes > TopicAttributes.mostBytes(topic)) {
      throw new UndeliverableException(
          Reason.INVALID_PARAMETER,
          "the message would have %d bytes, more than %d"
              .formatted(bytes, TopicAttributes.mostBytes(topic)));
    }
    if (notice.body().length == 0) {
      throw new UndeliverableException(Reason.INVALID_PARAMETER, "the message would be empty");
    }
    boolean fifo = Topic.isFifo(topic.name());
    if (fifo && notice.group().isEmpty()) {
      throw new UndeliverableException(
          Reason.INVALID_PARAMETER, "it is a FIFO topic, which takes no message without a group");
    }
    return publisher.forwards(
        topic,
        new Published(
            Ids.random(random),
            new String(notice.body(), StandardCharsets.UTF_8),
            false,
            Optional.empty(),
            notice.attributes(),
            clock.instant(),
            TraceId.continueOrStart(Optional.of(notice.traceId()), clock.instant(), random),
            notice.group(),
            fifo
                ? notice.deduplication().or(() -> Optional.of(Messages.sha256(notice.body())))
                : Optional.empty(),
            Optional.empty()));
  }
}
