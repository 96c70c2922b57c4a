package io.mayfly.runtimes;

import io.mayfly.runtimes.RuntimeLaunch.Training;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a JDK makes an AOT cache of a function (JEP 483, 514, 515) and starts with it. What the
 * guest's scripts {@code train} and {@code start} do stands in docs/design/007-java.md.
 */
final class JavaTraining {
  /** What a JVM takes options from. */
  static final List<String> OPTION_VARIABLES =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JDK_AOT_VM_OPTIONS", "_JAVA_OPTIONS");

  private static final int FIRST_WITH_AOT = 25;
  private static final int FINGERPRINT_BYTES = 10;

  private final Path guest;
  private final Interpreter interpreter;

  JavaTraining(Path guest, Interpreter interpreter) {
    this.guest = guest;
    this.interpreter = interpreter;
  }

  /** Whether this JDK makes such caches, and our guest can wait for its function in it. */
  boolean possible() {
    return Integer.parseInt(interpreter.runtime().substring("java".length())) >= FIRST_WITH_AOT;
  }

  List<String> start(String mode) {
    return List.of(
        "/bin/sh", LaunchBuilder.GUEST + "/start", interpreter.program().toString(), mode);
  }

  Training training() {
    List<String> use = new ArrayList<>(start("trained"));
    use.add("-XX:AOTCache=" + RuntimeLaunch.TRAINED.resolve(Training.RESULT));
    // A JVM that cannot use it starts without it, and need not talk about that in the function's
    // log.
    use.addAll(List.of("-Xlog:aot=off", "-Xlog:cds=off"));
    return new Training(
        fingerprint(),
        List.of("/bin/sh", LaunchBuilder.GUEST + "/train", interpreter.program().toString()),
        List.copyOf(use),
        OPTION_VARIABLES);
  }

  /** Of the JDK and our guest: their files' names, sizes and times, which a JVM checks as well. */
  private String fingerprint() {
    StringBuilder text = new StringBuilder(interpreter.version());
    Path home = interpreter.program().resolveSibling("..").normalize();
    List<Path> files = new ArrayList<>(List.of(interpreter.program(), home.resolve("lib/modules")));
    try (Stream<Path> own = Files.list(guest)) {
      own.filter(file -> !file.toString().matches(".*\\.(aot|jsa|new)"))
          .sorted()
          .forEach(files::add);
      for (Path file : files) {
        text.append('\n').append(file);
        if (Files.exists(file)) {
          text.append(' ').append(Files.size(file));
          text.append(' ').append(Files.getLastModifiedTime(file).toMillis());
        }
      }
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, FINGERPRINT_BYTES);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    } catch (NoSuchAlgorithmException absent) {
      throw new IllegalStateException(absent);
    }
  }
}
