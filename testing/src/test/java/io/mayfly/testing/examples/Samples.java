package io.mayfly.testing.examples;

import io.mayfly.testing.Distribution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Real input: from the large collection beside the project where there is one, and otherwise from
 * the small one that the project keeps.
 */
final class Samples {
  private Samples() {}

  /** The files of one kind: {@code events}, {@code images} or {@code webhooks}. */
  static List<Path> of(String kind) {
    Path project = Distribution.project();
    Path collection = project.resolveSibling("shared").resolve("data").resolve(kind);
    if (!Files.isDirectory(collection)) {
      collection = project.resolve("testing/src/test/resources/samples").resolve(kind);
    }
    try (Stream<Path> files = Files.walk(collection)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
