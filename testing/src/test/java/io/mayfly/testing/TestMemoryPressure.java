package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/**
 * A platform whose instances have little memory together: their control group is limited, as the
 * machine is. The reserve is 128 MB, and below half of it nothing is started.
 */
class TestMemoryPressure {
  private static final int IDLE = 5;

  /** Less than what has to be free for a start. */
  private static final long STEP = 20L << 20;

  /** Each of these keeps some 55 MB. */
  private static final String HOLDER =
      """
      import uuid
      held = b"x" * (40 << 20)
      me = str(uuid.uuid4())
      def handler(event, context): return me
      """;

  /** Takes ten megabytes after another until it has what the event says, and gives them back. */
  private static final String EATER =
      """
      import time
      def handler(event, context):
        eaten = []
        for each in range(event["megabytes"] // 10):
          eaten.append(b"x" * (10 << 20))
          time.sleep(event["pause"])
        return len(eaten)
      """;

  private final Mayfly mayfly = Mayfly.start("--spares", "0");
  private final Functions functions = mayfly.functions();

  @AfterEach
  void close() {
    mayfly.close();
  }

  @Test
  void whatIsIdleMakesRoomForWhatIsBusyAndThePlatformOutlivesAnyHunger() throws IOException {
    for (int i = 0; i < IDLE; i++) {
      functions.deployPython("idle-" + i, HOLDER, request -> request.memorySize(256));
    }
    functions.deployPython("eater", EATER, request -> request.memorySize(1024).timeout(60));
    List<String> before =
        List.of(me("idle-0"), me("idle-1"), me("idle-2"), me("idle-3"), me("idle-4"));
    eat(10, 0);
    Path group = platformsGroup();
    long used = number(group, "memory.usage_in_bytes", "memory.current");
    limit(group, used + (160L << 20));

    // Slowly: instances go one after another, and nothing is killed.
    assertThat(eat(130, 0.2).functionError()).isNull();
    long evicted = evictions();
    assertThat(evicted).isBetween(1L, 4L);
    assertThat(killed(group)).isZero();
    List<String> after =
        List.of(me("idle-0"), me("idle-1"), me("idle-2"), me("idle-3"), me("idle-4"));
    assertThat(after.stream().filter(before::contains).count()).isBetween(1L, IDLE - 1L);

    // Faster than anybody looks, and more than there is: the one that eats goes, and no other.
    InvokeResponse greedy = eat(1000, 0);
    assertThat(greedy.functionError()).isEqualTo("Unhandled");
    assertThat(greedy.payload().asUtf8String()).contains("Runtime.OutOfMemory");
    assertThat(me("idle-0")).isNotEmpty();

    // Next to nothing: what is idle goes, and calls are refused instead of killed.
    limit(group, 60L << 20);
    assertThatThrownBy(() -> functions.invoke("eater", "{\"megabytes\": 0, \"pause\": 0}"))
        .isInstanceOfSatisfying(
            LambdaException.class, refusal -> assertThat(refusal.statusCode()).isEqualTo(503))
        .hasMessageContaining("There is no memory for another instance");
    limit(group, 2000L << 20);
    assertThat(me("idle-0")).isNotEmpty();
  }

  private String me(String function) {
    InvokeResponse response = functions.invoke(function, "{}");
    assertThat(response.functionError()).isNull();
    return response.payload().asUtf8String();
  }

  private InvokeResponse eat(int megabytes, double pause) {
    return functions.invoke(
        "eater", "{\"megabytes\": %d, \"pause\": %s}".formatted(megabytes, pause));
  }

  private long evictions() {
    String keys = mayfly.accessKey() + ":" + mayfly.secretKey();
    Matcher total =
        Pattern.compile("(?m)^mayfly_evictions_total (\\d+)")
            .matcher(
                Http.request("GET", mayfly.endpoint() + "/_mayfly/metrics")
                    .header(
                        "Authorization",
                        "Basic "
                            + Base64.getEncoder()
                                .encodeToString(keys.getBytes(StandardCharsets.UTF_8)))
                    .send()
                    .text());
    assertThat(total.find()).isTrue();
    return Long.parseLong(total.group(1));
  }

  /** The group that holds those of all instances. */
  private Path platformsGroup() {
    return Leftovers.of(mayfly.pid()).cgroups().stream()
        .map(Path::getParent)
        .filter(
            group ->
                Files.exists(group.resolve("memory.limit_in_bytes"))
                    || Files.exists(group.resolve("memory.max")))
        .filter(group -> String.valueOf(group.getFileName()).startsWith("mayfly-"))
        .findFirst()
        .orElseThrow();
  }

  /** Limits a group, step by step, so that nothing in it has to be killed for that. */
  private static void limit(Path group, long bytes) {
    Eventually.holds(
        Duration.ofSeconds(30),
        () -> {
          try {
            long used = number(group, "memory.usage_in_bytes", "memory.current");
            long next = Math.max(bytes, used + STEP);
            Path limit = group.resolve("memory.limit_in_bytes");
            Files.writeString(
                Files.exists(limit) ? limit : group.resolve("memory.max"), Long.toString(next));
            return next == bytes;
          } catch (IOException e) {
            // Version 1 refuses a limit below what has been taken meanwhile.
            return false;
          }
        });
  }

  private static long number(Path group, String versionOne, String versionTwo) throws IOException {
    Path file = group.resolve(versionOne);
    return Long.parseLong(
        Files.readString(Files.exists(file) ? file : group.resolve(versionTwo)).strip());
  }

  /** How many processes the kernel has killed for want of memory, in all groups of instances. */
  private static long killed(Path group) throws IOException {
    long killed = 0;
    try (var files = Files.walk(group, 2)) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        if (name.equals("memory.oom_control") || name.equals("memory.events")) {
          killed +=
              Files.readString(file)
                  .lines()
                  .filter(line -> line.startsWith("oom_kill "))
                  .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length())))
                  .sum();
        }
      }
    }
    return killed;
  }
}
