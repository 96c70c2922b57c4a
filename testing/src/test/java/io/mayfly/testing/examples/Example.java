package io.mayfly.testing.examples;

import io.mayfly.testing.Distribution;
import io.mayfly.testing.Mayfly;
import io.mayfly.testing.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** What the tests of the examples have in common: their zip files and the runtimes to run them. */
final class Example {
  private Example() {}

  /**
   * The zip file that an example's {@code package} script makes, run on a copy below {@code target}
   * and kept there until the example changes.
   */
  static Path zip(String example, String... arguments) {
    Path source = Distribution.project().resolve("examples").resolve(example);
    try {
      List<Path> files = sources(source);
      Path copy =
          Distribution.project()
              .resolve("testing/target/examples")
              .resolve(example + "-" + fingerprint(source, files, arguments));
      Path zip = copy.resolve("function.zip");
      if (!Files.exists(zip)) {
        copy(source, files, copy);
        List<String> command = new ArrayList<>(List.of(copy.resolve("package").toString()));
        command.addAll(List.of(arguments));
        Ran.command(command, Map.of("JAVA_HOME", System.getProperty("java.home"), "PATH", path()))
            .ok();
      }
      return zip;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The newest runtime of a language that the machine offers, for example {@code python3.12}. */
  static String newest(String language) {
    return Distribution.cli(Mayfly.shared(), "runtimes")
        .ok()
        .out()
        .lines()
        .map(line -> line.split(" ", 2)[0])
        .filter(name -> name.matches(language + "[0-9].*"))
        .max(Comparator.comparingInt(Example::version))
        .orElseThrow(() -> new AssertionError("this machine has no " + language));
  }

  /** Of {@code python3.12} 12, of {@code nodejs20.x} 20, of {@code java25} 25. */
  private static int version(String runtime) {
    return Integer.parseInt(runtime.replaceFirst("python3\\.", "").replaceAll("[^0-9]", ""));
  }

  /** The JDK that runs the tests comes first: examples in Java need its compiler. */
  private static String path() {
    return Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH");
  }

  /** Everything that is not made by the script itself. */
  private static List<Path> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !folder.relativize(file).startsWith("build"))
          .filter(file -> !file.endsWith("function.zip"))
          .sorted()
          .toList();
    }
  }

  private static String fingerprint(Path source, List<Path> files, String... arguments)
      throws IOException {
    CRC32 sum = new CRC32();
    for (Path file : files) {
      sum.update(source.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
      sum.update(ByteBuffer.wrap(Files.readAllBytes(file)));
    }
    sum.update(String.join(" ", arguments).getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(sum.getValue());
  }

  private static void copy(Path source, List<Path> files, Path target) throws IOException {
    for (Path file : files) {
      Path copy = target.resolve(source.relativize(file));
      Files.createDirectories(copy.getParent());
      Files.deleteIfExists(copy);
      Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }
}
