package io.mayfly.kafka;

import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a batch has of one partition, and how far it is with that. Safe for use by two threads. */
final class Share {
  private static final Comparator<ConsumerRecord<byte[], byte[]>> BY_OFFSET =
      Comparator.comparingLong(ConsumerRecord::offset);

  final Lane lane;
  final List<ConsumerRecord<byte[], byte[]>> records;
  private final BitSet done;

  Share(Lane lane, List<ConsumerRecord<byte[], byte[]>> records) {
    this.lane = lane;
    this.records = List.copyOf(records);
    this.done = new BitSet(records.size());
  }

  /** One of its records has been handled, or given up. */
  synchronized void done(ConsumerRecord<byte[], byte[]> record) {
    done.set(Collections.binarySearch(records, record, BY_OFFSET));
  }

  /** The offset to go on with: that of the first record that is not done. */
  synchronized long next() {
    int first = done.nextClearBit(0);
    return first < records.size() ? records.get(first).offset() : records.getLast().offset() + 1;
  }

  /** What is not done. */
  synchronized List<ConsumerRecord<byte[], byte[]>> left() {
    return IntStream.range(0, records.size())
        .filter(i -> !done.get(i))
        .mapToObj(records::get)
        .toList();
  }
}
