package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import io.mayfly.runtimes.frame.FrameException;
import io.mayfly.runtimes.frame.FrameReader;
import io.mayfly.runtimes.frame.FrameWriter;
import io.mayfly.runtimes.frame.GuestFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Several calls at a time over one connection of a guest.
 *
 * <p>One virtual thread reads and gives every answer to its call. Callers write for each other: who
 * finds the connection free sends what has gathered meanwhile in one write.
 */
final class SharedConnection {
  private final FrameReader reader;
  private final FrameWriter writer;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Outcome>> running = new ConcurrentHashMap<>();

  /** Calls whose caller has its timeout; their answers may still come, and nobody wants them. */
  private final Set<Integer> late = ConcurrentHashMap.newKeySet();

  private final Queue<ByteBuffer[]> outgoing = new ConcurrentLinkedQueue<>();
  private final ReentrantLock writing = new ReentrantLock();

  /** What ended the conversation; set before the calls that are running then are ended. */
  private volatile @Nullable Exception end;

  SharedConnection(FrameReader reader, FrameWriter writer) {
    this.reader = reader;
    this.writer = writer;
  }

  /** Begins to read answers. */
  void start() {
    Thread.ofVirtual().name("frames").start(this::read);
  }

  /** Makes a call and waits for its answer, but not past its deadline. */
  Outcome invoke(Invocation invocation) throws RuntimeChannel.ChannelClosedException {
    int number = numbers.incrementAndGet();
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    running.put(number, answer);
    if (end != null) {
      // Whoever set it may have looked at the running calls before this was one.
      throw closed();
    }
    try {
      send(FrameWriter.frame(number, invocation));
    } catch (IOException e) {
      running.remove(number);
      throw new RuntimeChannel.ChannelClosedException("the runtime's connection broke", e);
    }
    return await(number, answer, Duration.between(Instant.now(), invocation.deadline()));
  }

  private Outcome await(int number, CompletableFuture<Outcome> answer, Duration limit)
      throws RuntimeChannel.ChannelClosedException {
    boolean interrupted = false;
    long until = System.nanoTime() + Math.max(0, limit.toNanos());
    try {
      while (true) {
        try {
          return answer.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (TimeoutException e) {
          // First known as late, then not as running: an answer is one or the other's.
          late.add(number);
          if (running.remove(number) != null) {
            return new Outcome.TimedOut();
          }
          late.remove(number);
          return answer.join();
        } catch (ExecutionException e) {
          throw closed();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private RuntimeChannel.ChannelClosedException closed() {
    return new RuntimeChannel.ChannelClosedException(
        "the runtime's connection has ended", Optional.ofNullable(end).orElseThrow());
  }

  /**
   * Writes a frame, or leaves that to whoever is writing: it looks at the queue again after it has
   * let go of the connection, so that none is left behind.
   */
  private void send(ByteBuffer[] frame) throws IOException {
    outgoing.add(frame);
    while (!outgoing.isEmpty() && writing.tryLock()) {
      try {
        List<ByteBuffer> batch = new ArrayList<>();
        for (ByteBuffer[] next = outgoing.poll(); next != null; next = outgoing.poll()) {
          batch.addAll(List.of(next));
        }
        writer.write(batch.toArray(ByteBuffer[]::new));
      } finally {
        writing.unlock();
      }
    }
  }

  private void read() {
    try {
      Optional<GuestFrame> frame = reader.read();
      while (frame.isPresent()) {
        if (!take(frame.get())) {
          String what =
              "the runtime sent %s for call %d, which is not running"
                  .formatted(
                      frame.get().getClass().getSimpleName(), FramesChannel.call(frame.get()));
          fail(new IOException(what), Optional.of(new Outcome.BadResponse(what)));
          return;
        }
        frame = reader.read();
      }
      fail(new IOException("the runtime closed its connection"), Optional.empty());
    } catch (FrameException e) {
      fail(e, Optional.of(new Outcome.BadResponse(String.valueOf(e.getMessage()))));
    } catch (IOException e) {
      fail(e, Optional.empty());
    }
  }

  /** Gives an answer to its call; false if there is no such call. */
  private boolean take(GuestFrame frame) {
    int number = FramesChannel.call(frame);
    CompletableFuture<Outcome> answer = running.remove(number);
    if (answer != null) {
      answer.complete(FramesChannel.outcome(frame));
      return true;
    }
    return late.remove(number);
  }

  private void fail(Exception why, Optional<Outcome> outcome) {
    end = why;
    running
        .values()
        .forEach(
            answer ->
                outcome.ifPresentOrElse(answer::complete, () -> answer.completeExceptionally(why)));
  }
}
