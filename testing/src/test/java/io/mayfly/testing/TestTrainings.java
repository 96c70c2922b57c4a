package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** Caches that Java functions are trained for: made, used, replaced, and gone with their code. */
final class TestTrainings {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final String JACKSON =
      """
      package com.fasterxml.jackson.databind;

      public class ObjectMapper {
        public String writeValueAsString(Object value) {
          BODY;
        }
      }
      """;

  private static final String CODE =
      """
      import java.util.Map;

      public class App {
        public App() {
          BODY;
        }

        public Object handle(Map<String, Object> event) {
          return Map.of(
              "loader", App.class.getClassLoader().getClass().getSimpleName(),
              "resource", String.valueOf(App.class.getResource("/resource.txt")));
        }
      }
      """;

  @TempDir Path folder;

  // Without spares the cache is what every start uses.
  private final Mayfly mayfly = Mayfly.start("--spares", "0", "--keep-alive", "1");

  @AfterEach
  void stop() {
    mayfly.close();
  }

  @Test
  void aCacheIsMadeUsedKeptAndGoesWithItsCode() {
    deploy("kept", "");
    Eventually.holds(PATIENCE, () -> caches().size() == 1);
    Eventually.holds(PATIENCE, () -> mayfly.log().contains("cold starts of kept"));
    assertUsesCache("kept");
    mayfly.restart();
    Eventually.holds(PATIENCE, () -> startsFromCache("kept"));
    assertThat(mayfly.log()).doesNotContain("came to nothing");
    mayfly.functions().delete(List.of("kept"));
    Eventually.holds(PATIENCE, () -> derived().isEmpty());
  }

  @Test
  void aCacheForAnotherJdkIsReplaced() throws IOException {
    deploy("stale", "");
    Eventually.holds(PATIENCE, () -> caches().size() == 1);
    Path current = Objects.requireNonNull(caches().getFirst().getParent());
    mayfly.stop();
    Path other = current.resolveSibling("0123456789abcdef01234567");
    Files.move(current, other);
    mayfly.restart();
    Eventually.holds(PATIENCE, () -> Files.exists(current.resolve("choice")));
    assertThat(other).doesNotExist();
    Eventually.holds(PATIENCE, () -> startsFromCache("stale"));
  }

  @Test
  void initsThatExitEatMemoryOrFailCostNothing() {
    Map<String, String> bodies =
        Map.of(
            "exits", "System.exit(3);",
            "fails", "if (true) throw new IllegalStateException(\"no\");",
            "eats",
                "var all = new java.util.ArrayList<byte[]>(); while (true) all.add(new byte[1 << 20]);");
    bodies.forEach(this::deploy);
    for (String name : bodies.keySet()) {
      Eventually.holds(
          PATIENCE,
          () -> mayfly.log().contains("training of " + name + ":$LATEST came to nothing"));
      assertThat(invoke(name).functionError()).isEqualTo("Unhandled");
    }
    assertThat(derived()).allSatisfy(each -> assertThat(children(each)).isEmpty());
    deploy("sound", "");
    assertThat(invoke("sound").functionError()).isNull();
    Eventually.holds(PATIENCE, () -> caches().size() == 1);
    assertUsesCache("sound");
  }

  @Test
  void codeThatAsksForAnEventInItsTrainingIsStopped() {
    deploy(
        "asks",
        """
        String api = System.getenv("AWS_LAMBDA_RUNTIME_API");
        if (api != null) {
          try {
            java.net.URI.create("http://" + api + "/2018-06-01/runtime/invocation/next").toURL().openStream().read();
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        }
        """);
    Eventually.holds(
        PATIENCE,
        () -> mayfly.log().contains("training of asks:$LATEST came to nothing: it goes on"));
    Eventually.holds(PATIENCE, () -> Leftovers.of(mayfly.pid()).cgroups().isEmpty());
    assertThat(invoke("asks").functionError()).isNull();
  }

  @Test
  void anInitThatHangsIsNotTrained() {
    deploy("hangs", "while (true) Thread.onSpinWait();");
    Eventually.holds(
        PATIENCE, () -> mayfly.log().contains("training of hangs:$LATEST came to nothing"));
    Eventually.holds(PATIENCE, () -> Leftovers.of(mayfly.pid()).cgroups().isEmpty());
  }

  @Test
  void theFunctionsJacksonIsUsedInItsTrainingAndNeedNotWork() {
    deployWithJackson("ending", "System.exit(3); return null;");
    deployWithJackson("broken", "throw new IllegalStateException();");
    Eventually.holds(
        PATIENCE, () -> mayfly.log().contains("training of ending:$LATEST came to nothing"));
    Eventually.holds(PATIENCE, () -> mayfly.log().contains("cold starts of broken"));
    assertUsesCache("broken");
  }

  private void deployWithJackson(String name, String body) {
    deploy(
        mayfly,
        name,
        new Zip()
            .file("App.class", compiled(name, "App", CODE, ""))
            .file(
                "com/fasterxml/jackson/databind/ObjectMapper.class",
                compiled(name, "ObjectMapper", JACKSON, body)));
  }

  @Test
  void aKillDuringATrainingLeavesNothingHalfMade() {
    deploy("killed", "");
    Eventually.holds(PATIENCE, () -> parts() == 1);
    mayfly.kill9();
    assertThat(parts()).isEqualTo(1);
    mayfly.restart();
    Eventually.holds(PATIENCE, () -> caches().size() == 1 && parts() == 0);
    Eventually.holds(PATIENCE, () -> startsFromCache("killed"));
  }

  /**
   * Its init runs javac: much that a JVM without its cache has to find, check and compile first.
   */
  @Test
  void aFunctionThatIsSlowToLoadHasARuntimeThatWaitsForItAlone() {
    try (Mayfly spared = Mayfly.start("--spares", "1", "--keep-alive", "1")) {
      deploy(
          spared,
          "slow",
          """
          try {
            java.nio.file.Path source = java.nio.file.Path.of("/tmp/A.java");
            java.nio.file.Files.writeString(source, "record A(int b) {}");
            javax.tools.ToolProvider.getSystemJavaCompiler().run(null, null, null, "/tmp/A.java");
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
          if (System.getenv("AWS_SECRET_ACCESS_KEY") == null) throw new IllegalStateException();
          """);
      Eventually.holds(PATIENCE, () -> spared.log().contains("cold starts of slow"));
      assertThat(spared.log()).contains("own runtime, else");
      Eventually.holds(
          PATIENCE,
          () -> log(coldly(spared, "slow")).contains("Start: prewarmed runtime with AOT cache"));
      assertThat(spared.functions().invoke("slow", "{}").payload().asUtf8String())
          .contains("AppClassLoader")
          .contains("file:/var/task/resource.txt");
    }
  }

  /** Instances of before a change serve no calls after it. */
  private static InvokeResponse coldly(Mayfly on, String name) {
    LambdaClient client = on.functions().client();
    client.updateFunctionConfiguration(
        request -> request.functionName(name).description(UUID.randomUUID().toString()));
    on.functions().waiter().waitUntilFunctionUpdatedV2(request -> request.functionName(name));
    return on.functions().invoke(name, "{}");
  }

  private void deploy(String name, String body) {
    deploy(mayfly, name, body);
  }

  private void deploy(Mayfly on, String name, String body) {
    deploy(on, name, new Zip().file("App.class", compiled(name, "App", CODE, body)));
  }

  private byte[] compiled(String name, String type, String code, String body) {
    try {
      Path source = Files.createDirectories(folder.resolve(name)).resolve(type + ".java");
      Files.writeString(source, code.replace("BODY;", body));
      Path classes = folder.resolve(name + "-classes");
      Ran.command(
              List.of(
                  System.getProperty("java.home") + "/bin/javac",
                  "-d",
                  classes.toString(),
                  source.toString()),
              Map.of())
          .ok();
      try (Stream<Path> files = Files.walk(classes)) {
        return Files.readAllBytes(
            files.filter(file -> file.endsWith(type + ".class")).findFirst().orElseThrow());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deploy(Mayfly on, String name, Zip code) {
    on.functions()
        .deploy(
            name,
            on.newestRuntime("java"),
            "App::handle",
            code.file("resource.txt", name).bytes(),
            request -> request.memorySize(512).timeout(30));
  }

  /** A start after which nothing is kept, seen in what it logs. */
  private boolean startsFromCache(String name) {
    Eventually.holds(PATIENCE, () -> Leftovers.of(mayfly.pid()).cgroups().isEmpty());
    return log(invoke(name)).contains("Start: AOT cache");
  }

  /** Classes come from the cache's class path, and resources from the function as ever. */
  private void assertUsesCache(String name) {
    Eventually.holds(PATIENCE, () -> startsFromCache(name));
    assertThat(invoke(name).payload().asUtf8String())
        .contains("AppClassLoader")
        .contains("file:/var/task/resource.txt");
  }

  private InvokeResponse invoke(String name) {
    return mayfly.functions().invoke(name, "{}");
  }

  private static String log(InvokeResponse response) {
    return new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8);
  }

  private List<Path> derived() {
    return children(mayfly.data().resolve("code")).stream()
        .filter(path -> path.toString().endsWith(".derived"))
        .toList();
  }

  private List<Path> caches() {
    return derived().stream()
        .flatMap(path -> children(path).stream())
        .filter(path -> !path.toString().endsWith(".part"))
        .map(path -> path.resolve("cache.aot"))
        .filter(Files::exists)
        .toList();
  }

  private long parts() {
    return derived().stream()
        .flatMap(path -> children(path).stream())
        .filter(path -> path.toString().endsWith(".part"))
        .count();
  }

  private static List<Path> children(Path parent) {
    try (Stream<Path> files = Files.list(parent)) {
      return files.toList();
    } catch (IOException gone) {
      return List.of();
    }
  }
}
