package io.mayfly.meter;

import io.mayfly.model.RequestId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The last requests, in memory, for {@code mayfly why}. Those that somebody may ask about (cold,
 * failed, refused, slow to find an instance) have a ring of their own, so that a busy function's
 * plain calls do not push them out.
 *
 * <p>Lock-free: a writer takes the next place and puts its record there. Two writers that are a
 * whole ring apart may meet in one place, and one record is lost then, which costs an answer to a
 * question that nobody could have asked yet.
 */
public final class RecentRequests {
  private static final int PLAIN = 16_384;
  private static final int NOTABLE = 16_384;

  private final Ring plain = new Ring(PLAIN);
  private final Ring notable = new Ring(NOTABLE);

  /** Remembers a request. */
  public void add(RequestRecord record) {
    (isPlain(record) ? plain : notable).add(record);
  }

  private static boolean isPlain(RequestRecord record) {
    return record instanceof CallRecord call
        && call.succeeded()
        && call.cold().isEmpty()
        && call.waited().isZero();
  }

  /** What is remembered of a request, the oldest first. */
  public List<RequestRecord> find(RequestId requestId) {
    List<RequestRecord> found = new ArrayList<>();
    plain.collect(requestId, found);
    notable.collect(requestId, found);
    found.sort(Comparator.comparing(RequestRecord::at));
    return found;
  }

  private static final class Ring {
    private final AtomicReferenceArray<RequestRecord> places;
    private final AtomicInteger next = new AtomicInteger();

    /** A size that is a power of two. */
    Ring(int size) {
      places = new AtomicReferenceArray<>(size);
    }

    void add(RequestRecord record) {
      places.setRelease(next.getAndIncrement() & (places.length() - 1), record);
    }

    void collect(RequestId requestId, List<RequestRecord> found) {
      for (int i = 0; i < places.length(); i++) {
        RequestRecord record = places.getAcquire(i);
        if (record != null && record.requestId().equals(requestId)) {
          found.add(record);
        }
      }
    }
  }
}
