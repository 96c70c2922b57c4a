package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
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

  /** What Linux's file systems take between two slashes. */
  private static final int MAX_PART_BYTES = 255;

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

  /** Reads the whole archive without writing anything; gives how many bytes its files have. */
  long check() {
    return walk(new Checker());
  }

  /**
   * Unpacks into an existing, empty folder. Files become readable by everybody and writable by
   * nobody.
   */
  void unpack(Path folder) {
    var _ = walk(new Writer(folder));
  }

  /** What is done with each entry once it has been found harmless. */
  private interface Visitor {
    void folder(String name) throws IOException;

    void file(String name, boolean executable, CheckedContent content) throws IOException;

    void link(String name, String target) throws IOException;
  }

  private long walk(Visitor visitor) {
    if (zip.length == 0) {
      throw refused("Uploaded file must be a non-empty zip");
    }
    try (DirectoryChannel channel = new DirectoryChannel(zip);
        ZipFile file =
            ZipFile.builder()
                .setSeekableByteChannel(channel)
                .setCharset(StandardCharsets.UTF_8)
                .setIgnoreLocalFileHeader(true)
                .get()) {
      channel.directoryIsRead();
      Map<String, Kind> seen = new HashMap<>();
      Budget budget = new Budget(Limits.UNZIPPED_CODE.bytes());
      for (Iterator<ZipArchiveEntry> entries = file.getEntriesInPhysicalOrder().asIterator();
          entries.hasNext(); ) {
        visit(file, entries.next(), seen, budget, visitor);
      }
      if (seen.isEmpty()) {
        throw refused("Uploaded file must be a non-empty zip");
      }
      return Limits.UNZIPPED_CODE.bytes() - budget.left();
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
    } catch (MayflyException e) {
      throw e;
    } catch (RuntimeException e) {
      // The library meets some damaged archives with whatever its arithmetic runs into.
      throw unreadable(e);
    }
  }

  /**
   * The archive for the library, which reads the whole directory into memory before it can be asked
   * how many entries that has: this gives up when it reads on and on.
   */
  private static final class DirectoryChannel extends SeekableInMemoryByteChannel {
    /** The signature, the fixed part, the name, the extra fields and the comment. */
    private static final long READS_PER_ENTRY = 5;

    private long readsLeft = (MAX_ENTRIES + 1) * READS_PER_ENTRY + END_SEARCH;

    /** The library looks for the directory's end byte by byte, through a comment of 64 KB. */
    private static final long END_SEARCH = 2 * 70_000;

    DirectoryChannel(byte[] zip) {
      super(zip);
    }

    void directoryIsRead() {
      readsLeft = Long.MAX_VALUE;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      if (--readsLeft < 0) {
        throw tooManyEntries();
      }
      return super.read(target);
    }
  }

  private static void visit(
      ZipFile file, ZipArchiveEntry entry, Map<String, Kind> seen, Budget budget, Visitor visitor)
      throws IOException {
    String name = normalized(entry.getName());
    boolean known = entry.getMethod() == ZipEntry.STORED || entry.getMethod() == ZipEntry.DEFLATED;
    if (!known || entry.getGeneralPurposeBit().usesEncryption()) {
      throw refused(
          "The zip file's entry '%s' is encrypted or packed in an unknown way"
              .formatted(printable(name)));
    }
    if (name.isEmpty()) {
      return;
    }
    Kind kind = entry.isDirectory() ? Kind.FOLDER : entry.isUnixSymlink() ? Kind.LINK : Kind.FILE;
    int type = entry.getUnixMode() & FILE_TYPE_MASK;
    if (kind == Kind.FILE && type != 0 && type != REGULAR_FILE) {
      throw refused(
          "The zip file's entry '%s' is a device or pipe, not a file".formatted(printable(name)));
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
          visitor.file(name, isExecutable(entry), new CheckedContent(content, entry, budget));
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
    requireShort(path.toString(), MAX_NAME_BYTES, raw);
    for (String part : path.toString().split("/", -1)) {
      requireShort(part, MAX_PART_BYTES, raw);
    }
    return path.toString();
  }

  private static void requireShort(String name, int most, String raw) {
    if (name.getBytes(StandardCharsets.UTF_8).length > most) {
      throw refused(
          "The zip file's entry '%s...' has a name of over %d bytes"
              .formatted(printable(raw), most));
    }
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

  /** The folders that are named only on the way to others count too: a name can hold hundreds. */
  private static void claim(String name, Kind kind, Map<String, Kind> seen) {
    Kind before = seen.putIfAbsent(name, kind);
    if (before != null && (before != kind || kind == Kind.LINK)) {
      throw refused("The zip file holds '%s' as two different things".formatted(printable(name)));
    }
    if (seen.size() > MAX_ENTRIES) {
      throw tooManyEntries();
    }
  }

  private static String linkTarget(ZipFile file, ZipArchiveEntry entry, String name)
      throws IOException {
    byte[] bytes;
    try (InputStream content = file.getInputStream(entry)) {
      bytes = content.readNBytes(MAX_NAME_BYTES + 1);
    }
    String target = new String(bytes, StandardCharsets.UTF_8);
    if (bytes.length > MAX_NAME_BYTES || !staysInside(name, target)) {
      throw refused(
          "The zip file's link '%s' points outside the function's folder"
              .formatted(printable(name)));
    }
    return target;
  }

  /**
   * Whether a link's target is inside, whatever other links there are. The folder that holds the
   * link is a real one, so leading {@code ..} are what they seem; after a name, which may be
   * another link, {@code ..} may lead anywhere.
   */
  private static boolean staysInside(String name, String target) {
    if (target.isEmpty() || target.startsWith("/") || target.indexOf('\0') >= 0) {
      return false;
    }
    int up = 0;
    boolean named = false;
    for (String part : target.split("/", -1)) {
      if (part.equals("..")) {
        up++;
        if (named) {
          return false;
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        named = true;
      }
    }
    long depth = name.chars().filter(character -> character == '/').count();
    return up <= depth;
  }

  private static MayflyException refused(String message) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, message);
  }

  private static MayflyException tooManyEntries() {
    return refused(
        "The zip file holds more than %d files and folders; leave some out, or pack them into archives of their own"
            .formatted(MAX_ENTRIES));
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

  /** A file's content, which must be what its directory entry says, and fit into the budget. */
  private record CheckedContent(InputStream stream, ZipArchiveEntry entry, Budget budget) {
    void copyTo(OutputStream target) throws IOException {
      CRC32 sum = new CRC32();
      byte[] buffer = new byte[16 * 1024];
      for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
        budget.spend(read);
        sum.update(buffer, 0, read);
        target.write(buffer, 0, read);
      }
      if (sum.getValue() != entry.getCrc()) {
        throw new ZipException("an entry's content is damaged");
      }
    }
  }

  private static final class Checker implements Visitor {
    @Override
    public void folder(String name) {}

    @Override
    public void file(String name, boolean executable, CheckedContent content) throws IOException {
      content.copyTo(OutputStream.nullOutputStream());
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
      makeParents(name);
      makeFolder(root.resolve(name));
    }

    @Override
    public void file(String name, boolean executable, CheckedContent content) throws IOException {
      Path file = root.resolve(name);
      makeParents(name);
      // Some build tools pack a file twice; the later one counts, as with any unzip.
      Files.deleteIfExists(file);
      try (OutputStream target = Files.newOutputStream(file)) {
        content.copyTo(target);
      }
      Files.setPosixFilePermissions(
          file, PosixFilePermissions.fromString(executable ? "r-xr-xr-x" : "r--r--r--"));
    }

    @Override
    public void link(String name, String target) throws IOException {
      Path link = root.resolve(name);
      makeParents(name);
      Files.createSymbolicLink(link, Path.of(target));
    }

    private void makeParents(String name) throws IOException {
      for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
        makeFolder(root.resolve(name.substring(0, slash)));
      }
    }

    /** Instances run under users of their own, so what the umask takes away is given back. */
    private static void makeFolder(Path folder) throws IOException {
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }
}
