package io.mayfly.testing.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.testing.Functions;
import io.mayfly.testing.Json;
import io.mayfly.testing.Mayfly;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** Functions that ask for several calls in one instance, on our runtimes and on AWS's clients. */
final class TestSeveralCalls {
  private static final int CALLS = 4;
  private static final Functions FUNCTIONS = Mayfly.shared().functions();

  @ParameterizedTest
  @EnumSource
  void managedRuntimesServeThemAtOnce(Language language) throws Exception {
    assertMeeting(
        "several-ours-" + language.name().toLowerCase(java.util.Locale.ROOT),
        language.runtime(),
        language.handler(),
        language.ours(),
        true);
  }

  @ParameterizedTest
  @EnumSource
  void awsOwnClientsServeThemAtOnce(Language language) throws Exception {
    assertMeeting(
        "several-theirs-" + language.name().toLowerCase(java.util.Locale.ROOT),
        "provided.al2023",
        language.handler(),
        language.theirs(),
        false);
  }

  /** All calls are answered only if they are in one instance at the same time. */
  private static void assertMeeting(
      String name, String runtime, String handler, byte[] zip, boolean ours) throws Exception {
    FUNCTIONS.deploy(
        name,
        runtime,
        handler,
        zip,
        request ->
            request
                .memorySize(512)
                .timeout(60)
                .environment(
                    environment ->
                        environment.variables(
                            Map.of("AWS_LAMBDA_MAX_CONCURRENCY", Integer.toString(CALLS)))));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(FUNCTIONS.invoke(name, "{\"do\": \"echo\"}").functionError()).isNull();
      for (int meeting = 0; meeting < 3; meeting++) {
        String event =
            "{\"do\": \"meets\", \"calls\": %d, \"meeting\": \"m%d\"}".formatted(CALLS, meeting);
        List<Future<InvokeResponse>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
          calls.add(callers.submit(() -> FUNCTIONS.invoke(name, event)));
        }
        for (Future<InvokeResponse> call : calls) {
          InvokeResponse response = call.get();
          assertThat(response.functionError()).as(() -> response.payload().asUtf8String()).isNull();
          assertThat(Json.of(response.payload().asUtf8String()).asString())
              .isEqualTo(response.responseMetadata().requestId());
        }
      }
      if (ours) {
        InvokeResponse failure = FUNCTIONS.invoke(name, "{\"do\": \"throws\"}");
        assertThat(failure.payload().asUtf8String()).contains("no good");
        assertThat(FUNCTIONS.invoke(name, "{\"do\": \"exits\"}").payload().asUtf8String())
            .contains("Runtime.ExitError", "exit status 3");
        assertThat(FUNCTIONS.invoke(name, "{\"do\": \"echo\"}").functionError()).isNull();
      }
    } finally {
      FUNCTIONS.delete(List.of(name));
    }
  }

  @Test
  void aTimeoutLeavesTheOtherCallsAlone() throws Exception {
    String name = "several-timeout";
    FUNCTIONS.deploy(
        name,
        Language.PYTHON.runtime(),
        Language.PYTHON.handler(),
        Language.PYTHON.ours(),
        request ->
            request
                .memorySize(256)
                .timeout(2)
                .environment(
                    environment ->
                        environment.variables(Map.of("AWS_LAMBDA_MAX_CONCURRENCY", "2"))));
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<InvokeResponse> slow =
          callers.submit(() -> FUNCTIONS.invoke(name, "{\"do\": \"sleeps\"}"));
      long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
      // Calls go on beside it, and after its time is up in an instance of their own.
      while (System.nanoTime() < end || !slow.isDone()) {
        assertThat(FUNCTIONS.invoke(name, "{\"do\": \"echo\"}").functionError()).isNull();
      }
      assertThat(slow.get().payload().asUtf8String()).contains("Sandbox.Timedout");
    } finally {
      FUNCTIONS.delete(List.of(name));
    }
  }
}
