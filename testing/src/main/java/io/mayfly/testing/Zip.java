package io.mayfly.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** A zip file in the making, with Unix modes. For one thread. */
public final class Zip {
  private static final int REGULAR_FILE = 0100000;
  private static final int SYMBOLIC_LINK = 0120000;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes);

  /** Adds a text file that everybody may read. */
  public Zip file(String name, String content) {
    return entry(name, REGULAR_FILE | 0644, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a file that everybody may read. */
  public Zip file(String name, byte[] content) {
    return entry(name, REGULAR_FILE | 0644, content);
  }

  /** Adds a program. */
  public Zip program(String name, String content) {
    return entry(name, REGULAR_FILE | 0755, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a symbolic link. */
  public Zip link(String name, String target) {
    return entry(name, SYMBOLIC_LINK | 0777, target.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds every file below a folder, programs as programs. */
  public Zip folder(Path folder) {
    return folder("", folder);
  }

  /** Adds every file below a folder, programs as programs, in a folder of the zip file. */
  public Zip folder(String name, Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> sorted = files.filter(Files::isRegularFile).sorted().toList();
      for (Path file : sorted) {
        int mode = Files.isExecutable(file) ? 0755 : 0644;
        String path = Path.of(name).resolve(folder.relativize(file)).toString();
        entry(path, REGULAR_FILE | mode, Files.readAllBytes(file));
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds anything: the name is taken as it is, however bad. */
  public Zip entry(String name, int mode, byte[] content) {
    try {
      ZipArchiveEntry entry = new ZipArchiveEntry(name);
      entry.setUnixMode(mode);
      zip.putArchiveEntry(entry);
      zip.write(content);
      zip.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Finishes the file. */
  public byte[] bytes() {
    try {
      zip.close();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
