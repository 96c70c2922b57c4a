package io.mayfly.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What goes wrong with the files and the clock of a platform, by a library in its process ({@code
 * crash.c}). What is said here holds at once, and for its next process as well.
 */
final class Faults {
  private static final int TARGET = 0;
  private static final int SEEN = Long.BYTES;
  private static final int FAILING = 2 * Long.BYTES;
  private static final int CLOCK = 3 * Long.BYTES;
  private static final int BYTES = 4 * Long.BYTES;

  private final Path library;
  private final Path file;
  private final MappedByteBuffer page;

  /**
   * @param folder for the library and the file through which it is told
   */
  Faults(Path folder) {
    library = folder.resolve("crash.so");
    file = folder.resolve("counter");
    Path source = Distribution.project().resolve("testing/src/test/c/crash.c");
    if (!Files.exists(library)) {
      Ran.command(
              List.of(
                  "gcc",
                  "-shared",
                  "-fPIC",
                  "-O1",
                  "-o",
                  library.toString(),
                  source.toString(),
                  "-ldl"),
              Map.of())
          .ok();
    }
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      page = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
      page.order(ByteOrder.nativeOrder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The environment of a platform with this data directory. */
  Map<String, String> variables(Path data) {
    return Map.of(
        "LD_PRELOAD", library.toString(),
        "CRASH_BELOW", data.toString(),
        "CRASH_COUNTER", file.toString());
  }

  /** Kills it at its n-th change of a file from now on; never if that is zero. */
  void killAt(long change) {
    page.putLong(SEEN, 0);
    page.putLong(TARGET, change);
  }

  /** How many changes of files there have been since {@link #killAt}. */
  long changes() {
    return page.getLong(SEEN);
  }

  /** Whether bringing files to the disk fails. */
  void failing(boolean failing) {
    page.putLong(FAILING, failing ? 1 : 0);
  }

  /** How much its clock is ahead of the machine's. */
  void clock(Duration ahead) {
    page.putLong(CLOCK, ahead.toNanos());
  }
}
