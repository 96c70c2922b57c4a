package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.awaitGone;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.sandbox.JailHarness.Function;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runtimes and extensions that do not end by themselves, with next to no time to do so. */
final class TestShutdownLimits extends JailedTest {
  private static final Duration NEXT_TO_NONE = Duration.ofMillis(1);

  @Override
  ShutdownLimits shutdown() {
    return new ShutdownLimits(NEXT_TO_NONE, NEXT_TO_NONE, NEXT_TO_NONE);
  }

  @Test
  void anExtensionThatNeverAsksAgainHasTheFunctionsTimeAndThenTheInstanceGoes() throws Exception {
    Function function =
        jails
            .python("handler = lambda event: event\n")
            .extension(
                "endless",
                """
                id = register("INVOKE", "SHUTDOWN")
                next(id)
                while True:
                    time.sleep(1000)
                """);
    Instance instance = function.ready();
    assertThat(answer(invoke(instance, "1", Duration.ofMillis(500)))).isEqualTo("1");
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    instance.afterCall(() -> over.complete(instance.usable()));
    assertThat(over.get(30, TimeUnit.SECONDS)).isFalse();
    awaitGone(instance);
  }

  @Test
  void whoHearsOfTheEndAndGoesOnIsKilled() throws Exception {
    Function function =
        jails
            .python(
                """
                import signal
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                def handler(event): return event
                """)
            .extension(
                "deaf",
                """
                id = register("SHUTDOWN")
                next(id)
                while True:
                    time.sleep(1000)
                """);
    Instance instance = function.ready();
    instance.stop();
    awaitGone(instance);
    assertThat(instance.usable()).isFalse();
  }
}
