package io.mayfly.kafka;

import io.mayfly.dispatch.InvokeResult;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.EventSourceSettings;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.TraceId;
import io.mayfly.triggers.EventFilter;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.SourceListener.Result;
import io.mayfly.triggers.SourcePorts;
import io.mayfly.triggers.UndeliverableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that have been taken together, on their way through their function. For one virtual
 * thread; an interrupt leaves what is not done, and so does the end of the reader.
 *
 * <p>What fails is tried again, in its order and before what comes after it, until it succeeds or
 * is given up as the mapping says. While the function cannot be run at all, that costs no try.
 */
final class KafkaBatch {
  private static final String OK = "OK";
  private static final String FAILED = "PROBLEM: Function call failed";
  private static final String PARTIAL_RESPONSES = "ReportBatchItemFailures";
  private static final int NEVER = -1;

  /** How often Lambda tries again where there is a destination and no number is given. */
  private static final int RETRIES_WITH_DESTINATION = 10;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Logger log = LoggerFactory.getLogger(KafkaBatch.class);

  /**
   * Some of the records.
   *
   * @param tries how often the function has failed with the first of them
   * @param pauses how often that was waited for, since something succeeded
   */
  private record Part(List<ConsumerRecord<byte[], byte[]>> records, int tries, int pauses) {
    Part of(List<ConsumerRecord<byte[], byte[]>> some) {
      return new Part(some, tries, pauses);
    }

    Part from(int start, int end) {
      return of(records.subList(start, end));
    }

    ConsumerRecord<byte[], byte[]> first() {
      return records.getFirst();
    }
  }

  private final KafkaSource source;
  private final SourcePorts ports;
  private final KafkaReader reader;
  private final Map<TopicPartition, Share> shares = new HashMap<>();
  private final Deque<Part> parts = new ArrayDeque<>();

  KafkaBatch(KafkaSource source, KafkaReader reader, List<Share> taken) {
    this.source = source;
    this.ports = source.ports();
    this.reader = reader;
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (Share share : taken) {
      shares.put(share.lane.partition, share);
      records.addAll(share.records);
    }
    parts.push(new Part(records, 0, 0));
  }

  /** Has the function called until every record is done, or the reader ends. */
  void run() throws InterruptedException {
    parts.push(filtered(parts.pop()));
    while (!parts.isEmpty() && !reader.ending()) {
      Part part = withoutOld(withoutGone(parts.pop()));
      if (reader.ending() || (!part.records().isEmpty() && !step(part))) {
        return;
      }
    }
  }

  /** Calls once, with as much as there is room for; whether to go on. */
  private boolean step(Part part) throws InterruptedException {
    KafkaEvent event = KafkaEvent.of(brokers(), part.records());
    if (event.count() < part.records().size()) {
      parts.push(new Part(part.records().subList(event.count(), part.records().size()), 0, 0));
    }
    Part now = part.from(0, event.count());
    if (event.payload().length > Limits.REQUEST_BYTES) {
      return discard(
          now,
          new DiscardRecord(
              DiscardRecord.TOO_LARGE, 0, Optional.empty(), event.payload().length, now.records()));
    }
    EventSourceMapping mapping = source.mapping();
    try {
      String trace =
          TraceId.continueOrStart(Optional.empty(), ports.clock().instant(), ports.random());
      InvokeResult answer =
          ports.calls().apply(ports.request(mapping, event.payload(), trace)).get();
      return settle(mapping, now, event, answer);
    } catch (ExecutionException e) {
      refused(mapping, e.getCause());
    } catch (MayflyException e) {
      refused(mapping, e);
    }
    return again(now, now.tries());
  }

  /** Has a part tried again, before all others, after a pause; false if the end comes first. */
  private boolean again(Part part, int tries) throws InterruptedException {
    parts.push(new Part(part.records(), tries, part.pauses() + 1));
    return !pause(part.pauses());
  }

  /** Waits the longer, the more often; whether the end has come. */
  private boolean pause(int before) throws InterruptedException {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(before, 10));
    long millis = Math.min(pause.toMillis(), LONGEST_PAUSE.toMillis());
    return reader.awaitEnd(Duration.ofMillis(millis + ports.random().nextLong(millis)));
  }

  private void refused(EventSourceMapping mapping, @Nullable Throwable why) {
    source.slots().throttled();
    ports.listener().throttled(mapping);
    if (why instanceof MayflyException known) {
      source.result(
          known.code() == ErrorCode.THROTTLED
              ? "PROBLEM: Function call was throttled"
              : "PROBLEM: " + known.getMessage());
    } else {
      source.result("PROBLEM: Internal Lambda error. Please contact Lambda customer support.");
      log.warn("a batch of mapping {} could not be run", mapping.uuid(), why);
    }
  }

  private boolean settle(
      EventSourceMapping mapping, Part part, KafkaEvent event, InvokeResult answer)
      throws InterruptedException {
    Optional<List<ConsumerRecord<byte[], byte[]>>> said = left(mapping, part, answer);
    List<ConsumerRecord<byte[], byte[]>> left = said.orElse(part.records());
    if (left.isEmpty()) {
      ended(mapping, part, OK, Result.SUCCESS);
      done(part.records());
      return true;
    }
    ended(
        mapping,
        part,
        said.isPresent() ? OK : FAILED,
        said.isPresent() ? Result.PARTIAL : Result.FAILURE);
    Set<ConsumerRecord<byte[], byte[]>> failed = new HashSet<>(left);
    done(part.records().stream().filter(record -> !failed.contains(record)).toList());
    EventSourceSettings settings = mapping.settings();
    if (said.isEmpty() && settings.bisect().orElse(false) && left.size() > 1) {
      int middle = left.size() / 2;
      parts.push(part.from(middle, left.size()));
      parts.push(part.from(0, middle));
      return true;
    }
    boolean progress = !left.getFirst().equals(part.first());
    int tries = progress ? 1 : part.tries() + 1;
    int retries = retries(settings);
    if (retries != NEVER && tries > retries) {
      return discard(
          part.of(left),
          new DiscardRecord(
              DiscardRecord.EXHAUSTED, tries, Optional.of(answer), event.payload().length, left));
    }
    return again(progress ? new Part(left, 0, 0) : part.of(left), tries);
  }

  private void ended(EventSourceMapping mapping, Part part, String result, Result how) {
    source.result(result);
    ports.listener().ended(mapping, part.records().size(), how);
  }

  private static int retries(EventSourceSettings settings) {
    int retries = settings.maximumRetries().orElse(NEVER);
    return retries == NEVER && settings.onFailure().filter(arn -> !arn.isEmpty()).isPresent()
        ? RETRIES_WITH_DESTINATION
        : retries;
  }

  /** What is to be tried again; empty if all of it is, because the call failed. */
  private static Optional<List<ConsumerRecord<byte[], byte[]>>> left(
      EventSourceMapping mapping, Part part, InvokeResult answer) {
    if (answer.failure().isPresent()) {
      return Optional.empty();
    }
    return mapping.settings().responseTypes().contains(PARTIAL_RESPONSES)
        ? FailedOffsets.left(answer.payload(), part.records())
        : Optional.of(List.of());
  }

  private Part filtered(Part part) {
    EventFilter filter = source.filter();
    if (filter.passesAll()) {
      return part;
    }
    List<ConsumerRecord<byte[], byte[]>> unwanted = new ArrayList<>();
    List<ConsumerRecord<byte[], byte[]>> wanted = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : part.records()) {
      (KafkaEvent.matches(filter, record) ? wanted : unwanted).add(record);
    }
    if (!unwanted.isEmpty()) {
      done(unwanted);
      ports.listener().filtered(source.mapping(), unwanted.size());
    }
    return part.of(wanted);
  }

  /** Without records of partitions that are another's now. */
  private Part withoutGone(Part part) {
    if (shares.values().stream().noneMatch(share -> share.lane.gone)) {
      return part;
    }
    return part.of(part.records().stream().filter(record -> !share(record).lane.gone).toList());
  }

  /** Without records that are older than the mapping lets them become: they are given up. */
  private Part withoutOld(Part part) throws InterruptedException {
    int seconds = source.mapping().settings().maximumRecordAge().orElse(NEVER);
    if (seconds == NEVER) {
      return part;
    }
    long oldest = ports.clock().instant().minusSeconds(seconds).toEpochMilli();
    List<ConsumerRecord<byte[], byte[]>> old =
        part.records().stream().filter(record -> record.timestamp() < oldest).toList();
    if (old.isEmpty()) {
      return part;
    }
    int size = KafkaEvent.of(brokers(), old).payload().length;
    boolean _ =
        discard(
            part.of(old),
            new DiscardRecord(DiscardRecord.TOO_OLD, part.tries(), Optional.empty(), size, old));
    return part.of(part.records().stream().filter(record -> record.timestamp() >= oldest).toList());
  }

  /** Gives a part up, once its destination has been told; false if the end comes first. */
  private boolean discard(Part part, DiscardRecord record) throws InterruptedException {
    EventSourceMapping mapping = source.mapping();
    String arn = mapping.settings().onFailure().orElse("");
    for (int tries = 0; !arn.isEmpty(); tries++) {
      try {
        tell(mapping, arn, record);
        break;
      } catch (UndeliverableException e) {
        log.warn("destination {} of mapping {} cannot be told: {}", arn, mapping.uuid(), e.why());
        break;
      } catch (ExecutionException e) {
        log.warn("destination {} of mapping {} is tried again", arn, mapping.uuid(), e.getCause());
      }
      if (pause(tries)) {
        return false;
      }
    }
    log.warn(
        "mapping {} gives {} records up, from {}-{}@{} on: {}",
        mapping.uuid(),
        part.records().size(),
        part.first().topic(),
        part.first().partition(),
        part.first().offset(),
        record.condition());
    done(part.records());
    ports.listener().discarded(mapping, part.records().size());
    return true;
  }

  private void tell(EventSourceMapping mapping, String arn, DiscardRecord record)
      throws ExecutionException, InterruptedException {
    Instant now = ports.clock().instant();
    FunctionArn function = mapping.functionArn(ports.catalog().account());
    String role = ports.function(mapping).map(config -> config.settings().role()).orElse("");
    source
        .destinations()
        .tell(
            arn,
            new Sender.Role(role),
            Notice.of(
                record.json(function, brokers(), now),
                Map.of(),
                TraceId.continueOrStart(Optional.empty(), now, ports.random())))
        .get();
  }

  private String brokers() {
    return String.join(",", source.mapping().source().brokers());
  }

  private Share share(ConsumerRecord<byte[], byte[]> record) {
    Share share = shares.get(new TopicPartition(record.topic(), record.partition()));
    if (share == null) {
      throw new IllegalStateException("a record of no partition of its batch");
    }
    return share;
  }

  private void done(List<ConsumerRecord<byte[], byte[]>> records) {
    records.forEach(record -> share(record).done(record));
  }
}
