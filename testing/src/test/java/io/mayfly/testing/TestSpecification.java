package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    List<String> missing = new ArrayList<>();
    int named = 0;
    Matcher link = LINK.matcher(Files.readString(root.resolve("SPECIFICATION.md")));
    while (link.find()) {
      named++;
      if (!exists(root, link.group(1), link.group(2))) {
        missing.add(link.group());
      }
    }
    assertThat(named).isGreaterThan(30);
    assertThat(missing).isEmpty();
  }

  private static boolean exists(Path root, String type, String method) throws IOException {
    Pattern declaration = Pattern.compile("\\b" + method + "\\(");
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.endsWith(type + ".java"))
          .filter(file -> file.toString().contains("/src/test/"))
          .anyMatch(file -> declaration.matcher(read(file)).find());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError("unreadable: " + file, e);
    }
  }
}
