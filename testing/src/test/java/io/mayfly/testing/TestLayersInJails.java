package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** What functions find of their layers, in every runtime, before and after a kill. */
final class TestLayersInJails {
  private static final String PYTHON =
      """
      import ctypes, subprocess, lower, shared
      def handler(event, context):
          library = ctypes.CDLL("libmayflylayer.so")
          library.sqrt.restype, library.sqrt.argtypes = ctypes.c_double, [ctypes.c_double]
          try:
              open("/opt/new", "w")
          except OSError as refused:
              return [lower.VALUE, shared.VALUE, subprocess.check_output(["tool"]).decode(),
                      library.sqrt(9.0), refused.strerror]
      """;

  private static final List<String> ANSWERS =
      List.of(
          "[\"lower\", \"upper\", \"ran\", 3.0, \"Read-only file system\"]",
          "\"from a node layer\"",
          "\"from a java layer\"",
          "\"from a bootstrap in a layer\"");

  private static final List<String> NAMES =
      List.of("layers-python", "layers-node", "layers-java", "layers-custom");

  @TempDir Path folder;

  @Test
  void everyRuntimeFindsItsLayersAlsoAfterAKillAndWithoutSpares() throws IOException {
    try (Mayfly mayfly = Mayfly.start()) {
      Functions functions = mayfly.functions();
      LambdaClient lambda = functions.client();
      String lower =
          publish(
              lambda,
              "lower",
              new Zip()
                  .file("python/lower.py", "VALUE = 'lower'\n")
                  .file("python/shared.py", "VALUE = 'lower'\n")
                  .program("bin/tool", "#!/bin/sh\nprintf ran\n"));
      String upper =
          publish(
              lambda,
              "upper",
              new Zip()
                  .file("python/shared.py", "VALUE = 'upper'\n")
                  .file("lib/libmayflylayer.so", mathematics()));
      deploy(
          mayfly,
          NAMES.get(0),
          "python",
          "app.handler",
          new Zip().file("app.py", PYTHON),
          lower,
          upper);
      deploy(
          mayfly,
          NAMES.get(1),
          "nodejs",
          "app.handler",
          new Zip()
              .file(
                  "app.js",
                  "const text = require('greeting');\nexports.handler = async () => text;\n"),
          publish(
              lambda,
              "node",
              new Zip()
                  .file(
                      "nodejs/node_modules/greeting/index.js",
                      "module.exports = 'from a node layer';\n")));
      byte[] greeting =
          compiled(
              "Greeting",
              "public class Greeting { public String toString() { return \"from a java layer\"; } }");
      byte[] app =
          compiled(
              "App",
              "public class App { public String handle(Object event) { return new Greeting().toString(); } }");
      deploy(
          mayfly,
          NAMES.get(2),
          "java",
          "App::handle",
          new Zip().file("App.class", app),
          publish(
              lambda,
              "java",
              new Zip()
                  .file(
                      "java/lib/greeting.jar",
                      new Zip().file("Greeting.class", greeting).bytes())));
      deploy(
          mayfly,
          NAMES.get(3),
          "provided.al2023",
          "app.handler",
          new Zip().file("data.txt", "nothing to run"),
          publish(
              lambda,
              "custom",
              Custom.python(
                  "def handler(event, context): return 'from a bootstrap in a layer'\n")));
      assertAnswers(functions);
      for (String layer : List.of("lower", "upper", "node", "java", "custom")) {
        lambda.deleteLayerVersion(request -> request.layerName(layer).versionNumber(1L));
      }

      mayfly.kill9();
      mayfly.restart("--spares", "0");
      assertAnswers(mayfly.functions());
      assertThat(mayfly.functions().client().listLayers().layers()).isEmpty();
    }
  }

  private static void assertAnswers(Functions functions) {
    for (int i = 0; i < NAMES.size(); i++) {
      assertThat(functions.invoke(NAMES.get(i), "{}").payload().asUtf8String())
          .as(NAMES.get(i))
          .isEqualTo(ANSWERS.get(i));
    }
  }

  private static void deploy(
      Mayfly mayfly, String name, String runtime, String handler, Zip code, String... layers) {
    mayfly
        .functions()
        .deploy(
            name,
            mayfly.newestRuntime(runtime),
            handler,
            code.bytes(),
            request -> request.layers(layers).memorySize(512).timeout(30));
  }

  private static String publish(LambdaClient lambda, String layer, Zip zip) {
    return publish(lambda, layer, zip.bytes());
  }

  private static String publish(LambdaClient lambda, String layer, byte[] zip) {
    return lambda
        .publishLayerVersion(
            request ->
                request
                    .layerName(layer)
                    .content(content -> content.zipFile(SdkBytes.fromByteArray(zip))))
        .layerVersionArn();
  }

  /** A library that no loader finds under this test's name for it. */
  private static byte[] mathematics() throws IOException {
    for (String place : List.of("/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/lib64")) {
      Path library = Path.of(place, "libm.so.6");
      if (Files.exists(library)) {
        return Files.readAllBytes(library);
      }
    }
    throw new AssertionError("where has this machine its C library's mathematics?");
  }

  private byte[] compiled(String type, String source) throws IOException {
    Path file = folder.resolve(type + ".java");
    Files.writeString(file, source);
    Ran.command(
            List.of(
                System.getProperty("java.home") + "/bin/javac",
                "-cp",
                folder.toString(),
                "-d",
                folder.toString(),
                file.toString()),
            Map.of())
        .ok();
    try (Stream<Path> files = Files.list(folder)) {
      return Files.readAllBytes(
          files.filter(path -> path.endsWith(type + ".class")).findFirst().orElseThrow());
    }
  }
}
