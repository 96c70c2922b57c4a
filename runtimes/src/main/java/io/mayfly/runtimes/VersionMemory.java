package io.mayfly.runtimes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What programs said to {@code --version}, remembered in a file for as long as they do not change.
 * Safe for use by many threads.
 */
final class VersionMemory {
  private static final Pattern VERSION =
      Pattern.compile("(?:Python |v)([0-9]+\\.[0-9]+\\.[^\\s]+)");
  private static final int PATIENCE_SECONDS = 10;

  private final Optional<Path> file;
  private final Map<String, String> known = new ConcurrentHashMap<>();
  private final Map<String, String> asked = new ConcurrentHashMap<>();

  VersionMemory(Optional<Path> file) {
    this.file = file;
    try {
      if (file.isPresent() && Files.exists(file.get())) {
        for (String line : Files.readAllLines(file.get())) {
          int tab = line.lastIndexOf('\t');
          if (tab > 0) {
            known.put(line.substring(0, tab), line.substring(tab + 1));
          }
        }
      }
    } catch (IOException unreadable) {
      // Nothing is lost but time: the programs are asked again.
      known.clear();
    }
  }

  /** The program's version; empty if it does not run or says something else. */
  Optional<String> of(Path program) throws IOException {
    String key = program + "\t" + Files.getLastModifiedTime(program).toMillis();
    String version = known.get(key);
    if (version == null) {
      version = ask(program);
    }
    asked.put(key, version);
    return version.isEmpty() ? Optional.empty() : Optional.of(version);
  }

  private static String ask(Path program) throws IOException {
    Process process =
        new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return "";
      }
      byte[] said = process.getInputStream().readNBytes(200);
      Matcher version = VERSION.matcher(new String(said, StandardCharsets.UTF_8));
      return process.exitValue() == 0 && version.find() ? version.group(1) : "";
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return "";
    } finally {
      process.destroyForcibly();
    }
  }

  /** Writes down what was asked for since the start, and forgets the rest. */
  void save() {
    if (file.isEmpty() || asked.equals(known)) {
      return;
    }
    StringBuilder text = new StringBuilder();
    asked.forEach((key, version) -> text.append(key).append('\t').append(version).append('\n'));
    try {
      Path target = file.get().toAbsolutePath();
      Path written = target.resolveSibling(target.getFileName() + ".new");
      Files.writeString(written, text);
      Files.move(
          written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException unwritable) {
      // Nothing is lost but time: the programs are asked again at the next start.
      return;
    }
  }
}
