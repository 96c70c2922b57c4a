package io.mayfly.meter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file beside a function's log that says since when there is one and how long its lines are
 * kept.
 *
 * @param created in milliseconds since 1970
 */
record GroupFile(long created, Optional<Integer> retentionDays) {
  private static final Pattern FORM =
      Pattern.compile("created = ([0-9]{1,18})\n(?:retention days = ([0-9]{1,6})\n)?");

  /** Reads it; empty if there is none or it is none. */
  static Optional<GroupFile> read(Path file) throws IOException {
    try {
      Matcher form = FORM.matcher(Files.readString(file));
      return form.matches()
          ? Optional.of(
              new GroupFile(
                  Long.parseLong(form.group(1)),
                  Optional.ofNullable(form.group(2)).map(Integer::valueOf)))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Writes it; what is there after a crash is the old or the new. */
  void write(Path file) throws IOException {
    String text = "created = %d\n".formatted(created);
    if (retentionDays.isPresent()) {
      text += "retention days = %d\n".formatted(retentionDays.get());
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
