package io.mayfly.sandbox;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Reading and writing the one-line files of which control groups consist. */
final class CgroupFiles {
  private CgroupFiles() {}

  static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  /** A number, or {@code otherwise} if the file is not there. */
  static long number(Path file, long otherwise) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (NoSuchFileException e) {
      return otherwise;
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  /** The value of a line {@code key value}; 0 if there is none or no such file. */
  static long field(Path file, String key) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(key + " "))
          .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1).strip()))
          .findFirst()
          .orElse(0);
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  /** The numbers of a file with one on each line. */
  static List<Integer> numbers(Path file) {
    return read(file).lines().map(Integer::valueOf).toList();
  }

  static void write(Path file, String value) {
    try {
      Files.writeString(file, value);
    } catch (IOException e) {
      throw failed("write " + value + " to", file, e);
    }
  }

  /** Writes, and makes nothing of a refusal: what is written about may be gone by now. */
  static void tryWrite(Path file, String value) {
    try {
      Files.writeString(file, value);
    } catch (IOException e) {
      // The next step that needs this says so.
    }
  }

  static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw failed("make", folder, e);
    }
  }

  /** Removes a group; false while something is in it. */
  static boolean remove(Path folder) {
    try {
      Files.deleteIfExists(folder);
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    } catch (IOException e) {
      // Removing a group that has processes fails with EBUSY, for which the JDK has no exception.
      return false;
    }
  }

  /** The groups directly inside one. */
  static List<Path> children(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isDirectory).toList();
    } catch (IOException e) {
      throw failed("list", folder, e);
    }
  }

  /** Sends SIGKILL to every process listed in {@code procs}. */
  static void killAll(Path procs) {
    if (!Files.exists(procs)) {
      return;
    }
    for (String line : read(procs).split("\n", -1)) {
      // A process outside this one's PID namespace is listed as 0.
      if (!line.isEmpty() && !line.equals("0")) {
        Posix.kill(Integer.parseInt(line), Posix.SIGKILL);
      }
    }
  }

  private static MayflyException failed(String what, Path file, IOException cause) {
    return new MayflyException(
        ErrorCode.SERVICE,
        "Mayfly could not "
            + what
            + " "
            + file
            + ", which it needs to limit instances: "
            + cause.getMessage(),
        cause);
  }
}
