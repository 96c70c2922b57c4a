package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * SPECIFICATION.md links promises to tests; a renamed or removed test must not leave a promise
 * bare.
 */
final class TestSpecification {
  private static final Pattern LINK = Pattern.compile("`(Test[A-Za-z0-9]+)#([A-Za-z0-9]+)`");

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    Path root = Path.of("..").toAbsolutePath().normalize();
    Map<String, String> sources = sources(root);
    List<String> missing = new ArrayList<>();
    int named = 0;
    Matcher link = LINK.matcher(Files.readString(root.resolve("SPECIFICATION.md")));
    while (link.find()) {
      named++;
      String source = sources.getOrDefault(link.group(1), "");
      if (!Pattern.compile("\\b" + link.group(2) + "\\(").matcher(source).find()) {
        missing.add(link.group());
      }
    }
    assertThat(named).isGreaterThan(30);
    assertThat(missing).isEmpty();
  }

  /**
   * The text of every test class by its name; classes of one name in two modules count together.
   */
  private static Map<String, String> sources(Path root) throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(root, Files::isDirectory)) {
      for (Path module : modules) {
        Path tests = module.resolve("src/test/java");
        if (!Files.isDirectory(tests)) {
          continue;
        }
        try (Stream<Path> files = Files.walk(tests)) {
          files
              .filter(file -> file.toString().endsWith(".java"))
              .forEach(
                  file ->
                      sources.merge(
                          file.getFileName().toString().replace(".java", ""),
                          read(file),
                          String::concat));
        }
      }
    }
    return sources;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError("unreadable: " + file, e);
    }
  }
}
