package io.mayfly.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition that is assigned to this platform, and its records that wait for a batch, in order.
 * For the thread that reads, but for {@link #gone}.
 */
final class Lane {
  final TopicPartition partition;
  private final Deque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
  private long bytes;
  private long since;

  /** Whether it is known where reading begins. */
  boolean placed;

  /** The offset from which on nothing is committed or on its way there; -1 before any batch. */
  long committed = -1;

  /** Whether it has been taken away: what becomes of its records is another's to say. */
  volatile boolean gone;

  Lane(TopicPartition partition) {
    this.partition = partition;
  }

  void add(ConsumerRecord<byte[], byte[]> record, long now) {
    if (waiting.isEmpty()) {
      since = now;
    }
    waiting.addLast(record);
    bytes += KafkaEvent.size(record);
  }

  /** Records that were taken and have not been handled are the first again. */
  void putBack(List<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> record : records.reversed()) {
      waiting.addFirst(record);
      bytes += KafkaEvent.size(record);
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  int count() {
    return waiting.size();
  }

  /** What waits, in bytes of an event. */
  long bytes() {
    return bytes;
  }

  /** Since when the first record has waited. */
  long since() {
    return since;
  }

  /** Takes the first records: so many, and so many bytes, but one at least if there is any. */
  List<ConsumerRecord<byte[], byte[]>> take(int most, long mostBytes, long now) {
    List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();
    long size = 0;
    while (!waiting.isEmpty() && taken.size() < most) {
      long next = KafkaEvent.size(waiting.getFirst());
      if (!taken.isEmpty() && size + next > mostBytes) {
        break;
      }
      if (committed < 0) {
        committed = waiting.getFirst().offset();
      }
      taken.add(waiting.removeFirst());
      size += next;
    }
    bytes -= size;
    since = now;
    return taken;
  }
}
