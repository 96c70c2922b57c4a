package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.lambda.model.State;

/** The platform is killed at the worst moment: the next start serves as if nothing had been. */
final class TestKilledPlatform {
  private static final String CODE =
      """
      import os, subprocess, time
      def handler(event, context):
          if event:
              print("busy now")
              subprocess.Popen(["sleep", "1000"])
              open("/tmp/data", "w").write("x" * 100000)
              time.sleep(event)
          return os.environ.get("GREETING", "served")
      """;

  @Test
  void nextStartServesEveryFunctionAndNothingOfTheOldIsLeft() {
    try (Mayfly mayfly = Mayfly.start();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Functions functions = mayfly.functions();
      List<String> names = List.of("killed-a", "killed-b", "killed-c");
      names.forEach(name -> functions.deployPython(name, CODE, request -> request.timeout(100)));
      String url = functions.url("killed-a");
      names.forEach(name -> functions.invoke(name, "0"));
      List<CompletableFuture<Void>> running = new ArrayList<>();
      for (String name : names) {
        running.add(CompletableFuture.runAsync(() -> invokeToTheEnd(functions, name), callers));
        mayfly.awaitLog(name, "busy now");
      }
      // Accepted, and perhaps not yet made ready: the next start has to finish them.
      for (int i = 0; i < 5; i++) {
        functions.create(
            "killed-new-" + i,
            "provided.al2023",
            "app.handler",
            Custom.python(CODE),
            request -> {});
      }
      Leftovers old = Leftovers.of(mayfly.pid());
      assertThat(old.instances()).hasSizeGreaterThanOrEqualTo(6);
      assertThat(old.namespaces()).isNotEmpty();
      assertThat(old.cgroups()).isNotEmpty();

      mayfly.kill9();
      running.forEach(CompletableFuture::join);
      // Without spares, which would have disks; the jail in which a fork server is made goes again.
      mayfly.restart("--spares", "0");

      Eventually.holds(Duration.ofSeconds(10), () -> old.remainingBeside(mayfly.pid()).isEmpty());
      Eventually.holds(Duration.ofSeconds(10), () -> Leftovers.mountsOf(mayfly.data()).isEmpty());
      Functions again = mayfly.functions();
      names.forEach(
          name -> assertThat(again.invoke(name, "0").payload().asUtf8String()).contains("served"));
      for (int i = 0; i < 5; i++) {
        String name = "killed-new-" + i;
        again.waiter().waitUntilFunctionActiveV2(request -> request.functionName(name));
        assertThat(again.client().getFunctionConfiguration(r -> r.functionName(name)).state())
            .isEqualTo(State.ACTIVE);
        assertThat(again.invoke(name, "0").payload().asUtf8String()).contains("served");
      }
      String address = url.replaceFirst(":[0-9]+/", ":" + mayfly.endpoint().getPort() + "/");
      assertThat(Http.request("GET", address).send().status()).isIn(200, 502);
      assertThat(mayfly.announced()).anyMatch(line -> line.contains("functions are deployed"));
    }
  }

  @Test
  void orderlyStopLeavesNothingEither() {
    try (Mayfly mayfly = Mayfly.start()) {
      Functions functions = mayfly.functions();
      functions.deployPython("stopped", CODE);
      functions.invoke("stopped", "0");
      Leftovers old = Leftovers.of(mayfly.pid());
      assertThat(old.instances()).isNotEmpty();
      mayfly.stop();
      Eventually.holds(Duration.ofSeconds(10), () -> old.remaining().isEmpty());
      assertThat(Leftovers.mountsOf(mayfly.data())).isEmpty();
      assertThat(mayfly.data().resolve("server")).doesNotExist();
    }
  }

  private static void invokeToTheEnd(Functions functions, String name) {
    try {
      functions.invoke(name, "90");
    } catch (SdkException e) {
      // The platform was killed meanwhile, which is what the test is about.
    }
  }
}
