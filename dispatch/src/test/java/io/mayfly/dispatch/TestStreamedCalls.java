package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.Invocation;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Responses that handlers stream, up to whoever reads them. */
final class TestStreamedCalls {
  private static final int CHUNK = 64 * 1024;

  /** How many chunks a handler may send before any have been taken. */
  private static final int WINDOW = 4;

  /** A handler that streams. */
  private static DispatchHarness streaming(Function<ResponseSink, Outcome> handler) {
    return new DispatchHarness(
        1,
        spec ->
            new FakeSandbox.Program() {
              @Override
              public Outcome answer(FakeSandbox.FakeInstance instance, Invocation invocation) {
                throw new AssertionError("it streams");
              }

              @Override
              public Outcome answer(
                  FakeSandbox.FakeInstance instance, Invocation invocation, ResponseSink stream) {
                return handler.apply(stream);
              }
            });
  }

  private static final Outcome DONE = new Outcome.Success(new byte[0], "application/json");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Optional<byte[]> read) {
    return new String(read.orElseThrow(), StandardCharsets.UTF_8);
  }

  @Test
  void aStreamIsReadAsItComes() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    try (DispatchHarness house =
        streaming(
            stream -> {
              stream.begin("text/plain", taken -> {});
              stream.chunk(bytes("one"));
              await(read);
              stream.chunk(bytes("two"));
              stream.end();
              return DONE;
            })) {
      StreamedResponse response = house.stream();
      assertThat(response.begun().get()).contains("text/plain");
      assertThat(text(response.read())).isEqualTo("one");
      assertThat(response.result().isDone()).isFalse();
      read.countDown();
      assertThat(text(response.read())).isEqualTo("two");
      assertThat(response.read()).isEmpty();
      assertThat(response.complete()).isTrue();
      InvokeResult result = response.result().get();
      assertThat(result.failure()).isEmpty();
      assertThat(result.payload()).isEmpty();
      assertThat(result.streamed()).isTrue();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theEndOfAStreamNeedNotBeTheEndOfItsCall() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    try (DispatchHarness house =
        streaming(
            stream -> {
              stream.begin("text/plain", taken -> {});
              stream.chunk(bytes("all"));
              stream.end();
              await(read);
              return new Outcome.HandlerError(bytes("{}"), Optional.of("Late"));
            })) {
      StreamedResponse response = house.stream();
      assertThat(text(response.read())).isEqualTo("all");
      assertThat(response.read()).isEmpty();
      assertThat(response.complete()).isTrue();
      assertThat(response.result().isDone()).isFalse();
      read.countDown();
      assertThat(response.result().get().errorType()).isEqualTo("Late");
      assertThat(response.complete()).isTrue();
    }
  }

  @Test
  void aCallThatFailsInTheMiddleLeavesAnIncompleteStream() throws Exception {
    try (DispatchHarness house =
        streaming(
            stream -> {
              stream.begin("text/plain", taken -> {});
              stream.chunk(bytes("half"));
              return new Outcome.TimedOut();
            })) {
      StreamedResponse response = house.stream();
      assertThat(text(response.read())).isEqualTo("half");
      assertThat(response.read()).isEmpty();
      assertThat(response.complete()).isFalse();
      assertThat(response.result().get().errorType()).isEqualTo("Sandbox.Timedout");
      assertThat(house.logged()).contains("Status: timeout");
    }
  }

  @Test
  void whoDoesNotTakeStreamsGetsThemAsAWhole() {
    AtomicInteger taken = new AtomicInteger();
    try (DispatchHarness house =
        streaming(
            stream -> {
              stream.begin("text/plain", taken::addAndGet);
              stream.chunk(bytes("one"));
              stream.chunk(bytes("two"));
              stream.end();
              return DONE;
            })) {
      InvokeResult result = house.invoke();
      assertThat(result.payload()).asString().isEqualTo("onetwo");
      assertThat(result.contentType()).isEqualTo("text/plain");
      assertThat(result.streamed()).isTrue();
      assertThat(taken.get()).isEqualTo(6);
    }
  }

  @Test
  void responsesAreLimitedGatheredOrNot() throws Exception {
    byte[] chunk = new byte[CHUNK];
    AtomicInteger chunks = new AtomicInteger();
    Semaphore room = new Semaphore(WINDOW);
    try (DispatchHarness house =
        streaming(
            stream -> {
              stream.begin("text/plain", taken -> room.release(taken / CHUNK));
              for (int sent = 0; sent < chunks.get(); sent++) {
                room.acquireUninterruptibly();
                stream.chunk(chunk);
              }
              stream.end();
              return DONE;
            })) {
      chunks.set(Limits.RESPONSE_BYTES / CHUNK);
      assertThat(house.invoke().payload()).hasSize(chunks.get() * CHUNK);
      chunks.incrementAndGet();
      InvokeResult tooLarge = house.invoke();
      assertThat(tooLarge.errorType()).isEqualTo("Function.ResponseSizeTooLarge");
      assertThat(tooLarge.payload()).asString().contains("(6291556 bytes)");

      chunks.set((int) (Limits.STREAMED_RESPONSE_BYTES / CHUNK));
      StreamedResponse whole = house.stream();
      assertThat(length(whole)).isEqualTo(200L * 1024 * 1024);
      assertThat(whole.complete()).isTrue();
      assertThat(whole.result().get().failure()).isEmpty();
      chunks.addAndGet(10);
      StreamedResponse cut = house.stream();
      assertThat(length(cut)).isEqualTo(200L * 1024 * 1024);
      assertThat(cut.complete()).isFalse();
      assertThat(cut.result().get().payload()).asString().contains("(209715200 bytes)");
      assertThat(room.availablePermits()).as("the handler could go on").isEqualTo(WINDOW);
    }
  }

  private static long length(StreamedResponse response) {
    long length = 0;
    for (Optional<byte[]> next = response.read(); next.isPresent(); next = response.read()) {
      length += next.get().length;
    }
    return length;
  }

  @Test
  void whatNobodyReadsIsDroppedAndTheCallGoesOn() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    AtomicInteger taken = new AtomicInteger();
    try (DispatchHarness house =
        streaming(
            stream -> {
              stream.begin("text/plain", taken::addAndGet);
              stream.chunk(new byte[100]);
              await(gone);
              stream.chunk(new byte[1000]);
              stream.end();
              return DONE;
            })) {
      StreamedResponse response = house.stream();
      assertThat(response.read()).isPresent();
      assertThat(taken.get()).as("it is being written").isZero();
      response.close();
      assertThat(taken.get()).isEqualTo(100);
      gone.countDown();
      assertThat(response.result().get().failure()).isEmpty();
      assertThat(taken.get()).isEqualTo(1100);
      assertThat(response.read()).isEmpty();
    }
  }

  @Test
  void whatIsReadIsTakenWhenMoreIsAskedFor() throws Exception {
    AtomicInteger taken = new AtomicInteger();
    try (DispatchHarness house =
        streaming(
            stream -> {
              stream.begin("text/plain", taken::addAndGet);
              for (int sent = 0; sent < 1000; sent++) {
                stream.chunk(new byte[] {1});
              }
              stream.end();
              return DONE;
            })) {
      StreamedResponse response = house.stream();
      response.result().get();
      assertThat(response.read().orElseThrow()).as("many small chunks are one").hasSize(1000);
      assertThat(taken.get()).isZero();
      assertThat(response.read()).isEmpty();
      assertThat(taken.get()).isEqualTo(1000);
    }
  }

  @Test
  void aResponseThatComesAsAWholeBeginsNoStream() throws Exception {
    try (DispatchHarness house =
        streaming(stream -> new Outcome.Success(bytes("{}"), "application/json"))) {
      StreamedResponse response = house.stream();
      assertThat(response.begun().get()).isEmpty();
      assertThat(response.read()).isEmpty();
      assertThat(response.result().get().payload()).asString().isEqualTo("{}");
      assertThat(response.result().get().streamed()).isFalse();
    }
  }

  @Test
  void whatKeepsAFunctionFromRunningIsThrown() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    AtomicBoolean refusing = new AtomicBoolean();
    try (DispatchHarness house =
        new DispatchHarness(
            1,
            spec -> {
              if (refusing.get()) {
                throw new IllegalStateException("no more");
              }
              return (instance, invocation) -> {
                await(over);
                return DONE;
              };
            })) {
      StreamedResponse running = house.stream();
      assertThatThrownBy(house::stream).isInstanceOf(MayflyException.class);
      over.countDown();
      running.result().get();
      refusing.set(true);
      house.deploy(DispatchHarness.NAME);
      assertThatThrownBy(() -> house.stream().begun().get())
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("no more");
    }
  }
}
