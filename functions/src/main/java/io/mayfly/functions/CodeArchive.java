package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/**
 * A function's zip file, read as hostile input: nothing it holds may land outside its folder, and
 * what it unpacks to is counted as it is written, whatever its headers claim.
 */
final class CodeArchive {
  /** The most files and folders one archive may hold; as many as a zip without zip64 can. */
  static final int MAX_ENTRIES = 65_535;

  private static final int MAX_NAME_BYTES = 1024;
  private static final int FILE_TYPE_MASK = 0170000;
  private static final int REGULAR_FILE = 0100000;
  private static final int EXECUTABLE = 0111;

  private enum Kind {
    FOLDER,
    FILE,
    LINK
  }

  private final byte[] zip;

  CodeArchive(byte[] zip) {
    this.zip = zip;
  }

  /** Reads the whole archive without writing anything. */
  void check() {
    walk(new Checker());
  }

  /**
   * Unpacks into an existing, empty folder. Files become readable by everybody and writable by
   * nobody.
   */
  void unpack(Path folder) {
    walk(new Writer(folder));
  }

  /** What is done with each entry once it has been found harmless. */
  private interface Visitor {
    void folder(String name) throws IOException;

    void file(String name, boolean executable, InputStream content, Budget budget)
        throws IOException;

    void link(String name, String target) throws IOException;
  }

  private void walk(Visitor visitor) {
    if (zip.length == 0) {
      throw refused("Uploaded file must be a non-empty zip");
    }
    try (ZipFile file =
        ZipFile.builder()
            .setSeekableByteChannel(new SeekableInMemoryByteChannel(zip))
            .setCharset(StandardCharsets.UTF_8)
            .get()) {
      Map<String, Kind> seen = new HashMap<>();
      Budget budget = new Budget(Limits.UNZIPPED_CODE.bytes());
      int count = 0;
      for (Iterator<ZipArchiveEntry> entries = file.getEntriesInPhysicalOrder().asIterator();
          entries.hasNext(); ) {
        ZipArchiveEntry entry = entries.next();
        if (++count > MAX_ENTRIES) {
          throw refused(
              "The zip file holds more than %d files and folders; leave some out, or pack them into archives of their own"
                  .formatted(MAX_ENTRIES));
        }
        visit(file, entry, seen, budget, visitor);
      }
      if (seen.isEmpty()) {
        throw refused("Uploaded file must be a non-empty zip");
      }
    } catch (ZipException e) {
      throw unreadable(e);
    } catch (IOException e) {
      if (visitor instanceof Writer writer) {
        throw new MayflyException(
            ErrorCode.SERVICE,
            "the code could not be unpacked into %s: %s".formatted(writer.root, e.getMessage()),
            e);
      }
      throw unreadable(e);
    } catch (IllegalArgumentException e) {
      throw unreadable(e);
    }
  }

  private static void visit(
      ZipFile file, ZipArchiveEntry entry, Map<String, Kind> seen, Budget budget, Visitor visitor)
      throws IOException {
    String name = normalized(entry.getName());
    if (entry.getGeneralPurposeBit().usesEncryption() || !file.canReadEntryData(entry)) {
      throw refused(
          "The zip file's entry '%s' is encrypted or packed in an unknown way".formatted(name));
    }
    if (name.isEmpty()) {
      return;
    }
    Kind kind = entry.isDirectory() ? Kind.FOLDER : entry.isUnixSymlink() ? Kind.LINK : Kind.FILE;
    int type = entry.getUnixMode() & FILE_TYPE_MASK;
    if (kind == Kind.FILE && type != 0 && type != REGULAR_FILE) {
      throw refused("The zip file's entry '%s' is a device or pipe, not a file".formatted(name));
    }
    claimParents(name, seen);
    claim(name, kind, seen);
    switch (kind) {
      case FOLDER -> visitor.folder(name);
      case LINK -> visitor.link(name, linkTarget(file, entry, name));
      case FILE -> {
        if (entry.getSize() > budget.left()) {
          throw tooLarge();
        }
        try (InputStream content = file.getInputStream(entry)) {
          visitor.file(name, isExecutable(entry), content, budget);
        }
      }
    }
  }

  /**
   * An archive from a system without modes says nothing, and its programs must run all the same.
   */
  private static boolean isExecutable(ZipArchiveEntry entry) {
    return entry.getUnixMode() == 0 || (entry.getUnixMode() & EXECUTABLE) != 0;
  }

  /** An entry's path relative to the root, with forward slashes, no empty parts and no way out. */
  private static String normalized(String raw) {
    String name = raw.replace('\\', '/');
    boolean absolute = name.startsWith("/");
    StringBuilder path = new StringBuilder();
    for (String part : name.split("/", -1)) {
      if (part.equals("..") || absolute || part.indexOf('\0') >= 0) {
        throw refused(
            "The zip file's entry '%s' would land outside the function's folder"
                .formatted(printable(raw)));
      }
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      path.append(path.isEmpty() ? "" : "/").append(part);
    }
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      throw refused(
          "The zip file's entry '%s...' has a name of over %d bytes"
              .formatted(printable(raw), MAX_NAME_BYTES));
    }
    return path.toString();
  }

  private static String printable(String raw) {
    String shortened = raw.length() > 80 ? raw.substring(0, 80) : raw;
    return shortened.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * Every folder on the way to an entry must be a folder: going through a link would lead outside.
   */
  private static void claimParents(String name, Map<String, Kind> seen) {
    for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      claim(name.substring(0, slash), Kind.FOLDER, seen);
    }
  }

  private static void claim(String name, Kind kind, Map<String, Kind> seen) {
    Kind before = seen.putIfAbsent(name, kind);
    if (before != null && !(before == Kind.FOLDER && kind == Kind.FOLDER)) {
      throw refused("The zip file holds '%s' twice".formatted(printable(name)));
    }
  }

  private static String linkTarget(ZipFile file, ZipArchiveEntry entry, String name)
      throws IOException {
    if (entry.getSize() > MAX_NAME_BYTES) {
      throw refused(
          "The zip file's link '%s' points to a name of over %d bytes"
              .formatted(printable(name), MAX_NAME_BYTES));
    }
    String target = file.getUnixSymlink(entry);
    Path parent = Path.of("/root").resolve(name).getParent();
    boolean inside;
    try {
      inside =
          parent != null
              && !target.startsWith("/")
              && parent.resolve(target).normalize().startsWith("/root");
    } catch (InvalidPathException e) {
      inside = false;
    }
    if (!inside) {
      throw refused(
          "The zip file's link '%s' points outside the function's folder"
              .formatted(printable(name)));
    }
    return target;
  }

  private static MayflyException refused(String message) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, message);
  }

  private static MayflyException tooLarge() {
    return refused(
        "Unzipped size must be smaller than %d bytes".formatted(Limits.UNZIPPED_CODE.bytes()));
  }

  private static MayflyException unreadable(Exception cause) {
    return new MayflyException(
        ErrorCode.INVALID_PARAMETER,
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
        cause);
  }

  /** How many bytes the whole archive may still unpack to. */
  private static final class Budget {
    private long left;

    Budget(long bytes) {
      left = bytes;
    }

    long left() {
      return left;
    }

    void spend(long bytes) {
      left -= bytes;
      if (left < 0) {
        throw tooLarge();
      }
    }
  }

  private static void copy(InputStream content, OutputStream target, Budget budget)
      throws IOException {
    byte[] buffer = new byte[16 * 1024];
    for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
      budget.spend(read);
      target.write(buffer, 0, read);
    }
  }

  private static final class Checker implements Visitor {
    @Override
    public void folder(String name) {}

    @Override
    public void file(String name, boolean executable, InputStream content, Budget budget)
        throws IOException {
      copy(content, OutputStream.nullOutputStream(), budget);
    }

    @Override
    public void link(String name, String target) {}
  }

  private static final class Writer implements Visitor {
    private final Path root;

    Writer(Path root) {
      this.root = root;
    }

    @Override
    public void folder(String name) throws IOException {
      Files.createDirectories(root.resolve(name));
    }

    @Override
    public void file(String name, boolean executable, InputStream content, Budget budget)
        throws IOException {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      try (OutputStream target = Files.newOutputStream(file)) {
        copy(content, target, budget);
      }
      Files.setPosixFilePermissions(
          file, PosixFilePermissions.fromString(executable ? "r-xr-xr-x" : "r--r--r--"));
    }

    @Override
    public void link(String name, String target) throws IOException {
      Path link = root.resolve(name);
      Files.createDirectories(link.getParent());
      Files.createSymbolicLink(link, Path.of(target));
    }
  }
}
