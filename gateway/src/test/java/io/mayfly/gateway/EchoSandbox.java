package io.mayfly.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import io.mayfly.sandbox.Instance;
import io.mayfly.sandbox.InstanceSpec;
import io.mayfly.sandbox.MemoryState;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sandbox.Spare;
import io.mayfly.sandbox.SpareSpec;
import io.mayfly.sandbox.Startup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A sandbox whose instances live in memory and answer each event with itself, but for some paths.
 */
final class EchoSandbox implements Sandbox {
  /** Whoever calls {@code /meet} is answered when so many have. */
  static final int MEETING = 300;

  private final CountDownLatch meeting = new CountDownLatch(MEETING);

  /** How much of a late stream has been taken or dropped. */
  final AtomicInteger dropped = new AtomicInteger();

  /** Whoever streams has sent one chunk and waits for this. */
  final CountDownLatch halfway = new CountDownLatch(1);

  @Override
  public void expect(SpareSpec spec) {}

  @Override
  public Optional<Spare> prepare(SpareSpec spec) {
    return Optional.empty();
  }

  @Override
  public Instance start(InstanceSpec spec) {
    return new EchoInstance();
  }

  @Override
  public MemoryState memory() {
    DataSize much = DataSize.ofMegabytes(10_000);
    return new MemoryState(much, much, false);
  }

  @Override
  public void close() {
    // Nothing to close.
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).as("all are there").isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Answers each event with itself. */
  private final class EchoInstance implements Instance {
    @Override
    public void freeze() {}

    @Override
    public String id() {
      return "echo";
    }

    @Override
    public Optional<Outcome> awaitReady(Duration limit) {
      return Optional.empty();
    }

    @Override
    public Startup startup() {
      return Startup.NONE;
    }

    @Override
    public void invoke(Invocation invocation, ResponseSink stream, Consumer<Outcome> answer) {
      String event = new String(invocation.payload(), StandardCharsets.UTF_8);
      if (event.contains("rawPath\":\"/stream")) {
        Thread.ofVirtual().start(() -> stream(event.contains("/stream/fails"), stream, answer));
        return;
      }
      if (event.contains("rawPath\":\"/late")) {
        Thread.ofVirtual().start(() -> streamLate(stream, answer));
        return;
      }
      if (!event.contains("rawPath\":\"/meet")) {
        answer.accept(new Outcome.Success(invocation.payload(), "application/json"));
        return;
      }
      meeting.countDown();
      Thread.ofVirtual()
          .start(
              () -> {
                await(meeting);
                answer.accept(new Outcome.Success(invocation.payload(), "application/json"));
              });
    }

    /** Streams once the client has gone. */
    private void streamLate(ResponseSink stream, Consumer<Outcome> answer) {
      await(halfway);
      stream.begin("text/plain", dropped::addAndGet);
      stream.chunk(new byte[1000]);
      stream.end();
      answer.accept(new Outcome.Success(new byte[0], "application/json"));
    }

    private void stream(boolean fails, ResponseSink stream, Consumer<Outcome> answer) {
      stream.begin("text/plain", taken -> {});
      stream.chunk("one".getBytes(StandardCharsets.UTF_8));
      await(halfway);
      if (fails) {
        answer.accept(new Outcome.HandlerError(new byte[0], Optional.empty()));
        return;
      }
      stream.chunk("two".getBytes(StandardCharsets.UTF_8));
      stream.end();
      answer.accept(new Outcome.Success(new byte[0], "application/json"));
    }

    @Override
    public boolean usable() {
      return true;
    }

    @Override
    public DataSize peakMemory() {
      return new DataSize(0);
    }

    @Override
    public void whenGone(Runnable callback) {
      // Never gone.
    }

    @Override
    public void stop() {
      // Nothing to stop.
    }
  }
}
