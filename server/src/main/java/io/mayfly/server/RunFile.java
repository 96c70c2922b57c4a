package io.mayfly.server;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The file {@code server} in the data directory that tells the command line where the platform that
 * runs there can be reached: lines of {@code name=value}. It is there while the platform serves;
 * after a crash it may be left, so readers check that the process is alive.
 */
final class RunFile implements AutoCloseable {
  private final Path file;

  private RunFile(Path file) {
    this.file = file;
  }

  static RunFile write(Path dataDirectory, String url, Account account) {
    Path file = dataDirectory.resolve("server");
    try {
      Path part = dataDirectory.resolve("server.part");
      Files.writeString(
          part,
          "pid=%d\nurl=%s\nregion=%s\naccount=%s\n"
              .formatted(ProcessHandle.current().pid(), url, account.region(), account.id()));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      return new RunFile(file);
    } catch (IOException e) {
      throw new MayflyException(
          ErrorCode.SERVICE, file + " cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Readers check the process id, so a file that stays misleads nobody.
    }
  }
}
