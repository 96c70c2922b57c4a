package io.mayfly.runtimes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The handlers that tests call, as folders of unpacked code. */
final class Handlers {
  private static final Path SOURCES = Path.of("src/test/handlers").toAbsolutePath();
  private static final Path JAVA_CLASSES = Path.of("target/handlers/java").toAbsolutePath();

  private Handlers() {}

  static Path python() {
    return SOURCES.resolve("python");
  }

  static Path node() {
    return SOURCES.resolve("node");
  }

  /** Compiled once per test run, for the oldest Java that is served. */
  static synchronized Path java() throws IOException {
    Path done = JAVA_CLASSES.resolve("done");
    if (!Files.exists(done)) {
      Files.createDirectories(JAVA_CLASSES);
      List<String> arguments = new ArrayList<>(List.of("--release", "17", "-g", "-nowarn"));
      arguments.addAll(List.of("-proc:none", "-parameters"));
      arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
      arguments.addAll(List.of("-d", JAVA_CLASSES.toString()));
      try (Stream<Path> files = Files.walk(SOURCES.resolve("java"))) {
        files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
      }
      int status =
          ToolProvider.getSystemJavaCompiler()
              .run(null, null, null, arguments.toArray(String[]::new));
      if (status != 0) {
        throw new IOException("the Java handlers do not compile");
      }
      Files.createFile(done);
    }
    return JAVA_CLASSES;
  }
}
