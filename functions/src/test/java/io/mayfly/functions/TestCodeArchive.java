package io.mayfly.functions;

import static io.mayfly.functions.ZipBytes.FILE;
import static io.mayfly.functions.ZipBytes.PROGRAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.functions.ZipBytes.Entry;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestCodeArchive {
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

  @TempDir Path temporary;

  private Path unpacked(byte[] zip) throws IOException {
    new CodeArchive(zip).check();
    Path folder = Files.createDirectory(temporary.resolve("code"));
    new CodeArchive(zip).unpack(folder);
    return folder;
  }

  private static void assertRefused(byte[] zip, String... words) {
    assertThatThrownBy(() -> new CodeArchive(zip).check())
        .isInstanceOfSatisfying(
            MayflyException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageContainingAll(words);
  }

  @Test
  void filesFoldersAndLinksInsideAreUnpackedReadOnly() throws IOException {
    Path folder =
        unpacked(
            new ZipBytes()
                .entry("lib/", ZipBytes.FOLDER, new byte[0])
                .file("lib/a.py", "a = 1")
                .entry("bootstrap", PROGRAM, HELLO)
                .link("lib/b.py", "a.py")
                .link("bin/run", "../bootstrap")
                .file("ünï/文.txt", "x")
                .bytes());
    assertThat(folder.resolve("lib/a.py")).hasContent("a = 1");
    assertThat(folder.resolve("lib/b.py")).isSymbolicLink().hasContent("a = 1");
    assertThat(folder.resolve("bin/run")).hasContent("hello");
    assertThat(folder.resolve("ünï/文.txt")).hasContent("x");
    assertThat(permissions(folder.resolve("lib/a.py"))).isEqualTo("r--r--r--");
    assertThat(permissions(folder.resolve("bootstrap"))).isEqualTo("r-xr-xr-x");
    assertThat(permissions(folder.resolve("lib"))).isEqualTo("rwxr-xr-x");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void whatTheJdkPacksWithDataDescriptorsIsUnpackedAndExecutable() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("bootstrap"));
      zip.write(HELLO);
    }
    Path folder = unpacked(bytes.toByteArray());
    assertThat(folder.resolve("bootstrap")).hasContent("hello").isExecutable();
  }

  @Test
  void aFileThatIsPackedTwiceCountsAsTheLaterOne() throws IOException {
    Path folder = unpacked(new ZipBytes().file("a", "old").file("a", "new").bytes());
    assertThat(folder.resolve("a")).hasContent("new");
  }

  @Test
  void namesThatDifferInCaseAreDifferentFiles() throws IOException {
    Path folder = unpacked(new ZipBytes().file("A", "1").file("a", "2").bytes());
    assertThat(folder.resolve("A")).hasContent("1");
    assertThat(folder.resolve("a")).hasContent("2");
  }

  @Test
  void theDirectorysNameCountsAndNotTheOneBeforeTheContent() throws IOException {
    Path folder =
        unpacked(
            new ZipBytes()
                .raw(new Entry("good", "../../bad", FILE, HELLO, 0, ZipBytes.crc(HELLO), 5, 0))
                .bytes());
    assertThat(folder.resolve("good")).hasContent("hello");
    assertThat(temporary.resolve("bad")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../out",
        "a/../../out",
        "/etc/passwd",
        "..",
        "a/..",
        "..\\out",
        "\\\\host\\share",
        "a\0b"
      })
  void aNameThatLeadsOutsideIsRefused(String name) {
    assertRefused(new ZipBytes().file(name, "x").bytes(), "outside the function's folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../out", "/etc/passwd", "d/../../out", "a/..", "", "..", "x\0y"})
  void aLinkThatLeadsOutsideIsRefused(String target) {
    assertRefused(new ZipBytes().link("link", target).bytes(), "link", "points outside");
  }

  @Test
  void aLinkThatLeadsOutsideByWayOfAnotherLinkIsRefused() {
    assertRefused(
        new ZipBytes().link("here", ".").link("out", "here/..").bytes(), "points outside");
    assertRefused(
        new ZipBytes().link("d/up", "..").link("out", "d/up/..").bytes(), "points outside");
  }

  @Test
  void anEntryThroughALinkIsRefused() {
    assertRefused(
        new ZipBytes().link("d", "e").file("d/f", "x").bytes(), "'d' as two different things");
    assertRefused(
        new ZipBytes().file("d/f", "x").link("d", "e").bytes(), "'d' as two different things");
  }

  @Test
  void aLinkOverAFileIsRefused() {
    assertRefused(new ZipBytes().file("a", "x").link("a", "b").bytes(), "two different things");
    assertRefused(new ZipBytes().link("a", "b").file("a", "x").bytes(), "two different things");
    assertRefused(new ZipBytes().link("a", "b").link("a", "c").bytes(), "two different things");
  }

  @Test
  void aLinkWhoseTargetIsABombIsRefused() {
    byte[] zeros = new byte[64 * 1024 * 1024];
    byte[] packed = ZipBytes.deflated(zeros);
    assertRefused(
        new ZipBytes()
            .raw(new Entry("l", "l", ZipBytes.LINK, packed, 8, ZipBytes.crc(zeros), 10, 0))
            .bytes(),
        "points outside");
  }

  @Test
  void aBombIsStoppedAtTheLimitWhateverItsHeadersClaim() {
    byte[] packed = ZipBytes.deflated(new byte[1024 * 1024], 270);
    assertThat(packed.length).isLessThan(1024 * 1024);
    Entry lying = new Entry("zeros", "zeros", FILE, packed, 8, 0, 10, 0);
    assertRefused(
        new ZipBytes().raw(lying).bytes(), "Unzipped size must be smaller than 262144000 bytes");
  }

  @Test
  void entriesThatShareTheirContentCountEachForItself() {
    byte[] content = new byte[30 * 1024 * 1024];
    byte[] packed = ZipBytes.deflated(content);
    ZipBytes zip = new ZipBytes();
    Entry first = new Entry("0", "0", FILE, packed, 8, ZipBytes.crc(content), content.length, 0);
    zip.raw(first);
    for (int i = 1; i < 10; i++) {
      zip.directoryEntry(
          new Entry("" + i, "0", FILE, packed, 8, first.crc(), content.length, 0), 0);
    }
    assertRefused(zip.bytes(), "Unzipped size must be smaller than 262144000 bytes");
  }

  @Test
  void asManyEntriesAsAllowedAreTakenAndOneMoreIsNot() {
    new CodeArchive(manyEntries(65_535)).check();
    assertRefused(manyEntries(65_536), "more than 65535 files and folders");
  }

  @Test
  void aDirectoryOfAMillionEntriesIsNotReadIntoMemory() {
    assertRefused(manyEntries(800_000), "more than 65535 files and folders");
  }

  private static byte[] manyEntries(int count) {
    ZipBytes zip = new ZipBytes();
    byte[] nothing = new byte[0];
    zip.raw(new Entry("0", "0", FILE, nothing, 0, 0, 0, 0));
    for (int i = 1; i < count; i++) {
      zip.directoryEntry(new Entry(Integer.toString(i, 36), "0", FILE, nothing, 0, 0, 0, 0), 0);
    }
    return zip.bytes();
  }

  @Test
  void foldersThatAreOnlyNamedOnTheWayCountToo() {
    ZipBytes zip = new ZipBytes();
    for (int i = 0; i < 200; i++) {
      zip.file("x" + i + "/a".repeat(480), "");
    }
    assertRefused(zip.bytes(), "more than 65535 files and folders");
  }

  @Test
  void namesThatNoFileSystemTakesAreRefused() {
    assertRefused(new ZipBytes().file("n".repeat(256), "").bytes(), "over 255 bytes");
    assertRefused(new ZipBytes().file("ab/".repeat(400) + "f", "").bytes(), "over 1024 bytes");
  }

  @Test
  void anEncryptedEntryIsRefused() {
    assertRefused(
        new ZipBytes().raw(new Entry("a\n", "a", FILE, HELLO, 0, 0, 5, 1)).bytes(),
        "'a?' is encrypted");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6, 9, 12, 14, 93, 95})
  void aWayOfPackingThatIsNeitherStoredNorDeflatedIsRefused(int method) {
    assertRefused(
        new ZipBytes().raw(new Entry("a", "a", FILE, HELLO, method, 0, 5, 0)).bytes(),
        "packed in an unknown way");
  }

  @ParameterizedTest
  @ValueSource(ints = {0060666, 0020666, 0010666, 0140777})
  void devicesPipesAndSocketsAreRefused(int mode) {
    assertRefused(new ZipBytes().entry("a", mode, new byte[0]).bytes(), "device or pipe");
  }

  @Test
  void contentThatDoesNotMatchItsSumIsRefused() {
    assertRefused(
        new ZipBytes().raw(new Entry("a", "a", FILE, HELLO, 0, 1234, 5, 0)).bytes(),
        "Could not unzip uploaded file");
  }

  @Test
  void whatIsNoZipIsRefused() {
    assertRefused(new byte[0], "non-empty zip");
    assertRefused(new ZipBytes().bytes(), "non-empty zip");
    assertRefused(HELLO, "Could not unzip uploaded file");
    byte[] zip = new ZipBytes().file("a", "x").bytes();
    byte[] cut = Arrays.copyOf(zip, zip.length - 10);
    assertRefused(cut, "Could not unzip uploaded file");
  }

  @Test
  void mutatedArchivesNeverEscapeAndFailOnlyInWords() throws IOException {
    Path fence = Files.createDirectory(temporary.resolve("fence"));
    byte[] packed = ZipBytes.deflated("print('hello')".repeat(20).getBytes(StandardCharsets.UTF_8));
    byte[] plain = "print('hello')".repeat(20).getBytes(StandardCharsets.UTF_8);
    List<byte[]> seeds =
        List.of(
            new ZipBytes()
                .file("a/b.txt", "content")
                .link("a/l", "../c")
                .entry("c", PROGRAM, HELLO)
                .bytes(),
            new ZipBytes()
                .raw(new Entry("d.py", "d.py", FILE, packed, 8, ZipBytes.crc(plain), 280, 0))
                .link("..x/l", "../d.py")
                .file("a.b/..c/e", "x")
                .bytes());
    Random random = new Random(20260301);
    int accepted = 0;
    for (int i = 0; i < 3_000; i++) {
      byte[] zip = seeds.get(i % seeds.size()).clone();
      for (int change = random.nextInt(1, 5); change > 0; change--) {
        zip[random.nextInt(zip.length)] =
            random.nextBoolean()
                ? (byte) random.nextInt(256)
                : (byte) "./\\\0PK".charAt(random.nextInt(6));
      }
      Path folder = Files.createDirectory(fence.resolve("n" + i));
      try {
        new CodeArchive(zip).unpack(folder);
        accepted++;
        assertStaysInside(folder);
      } catch (MayflyException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
      assertThat(fence.toFile().list()).containsExactly("n" + i);
      assertStaysInside(folder);
      delete(folder);
    }
    assertThat(accepted).as("some must get through, or nothing was tried").isGreaterThan(30);
  }

  private static void assertStaysInside(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        if (Files.isSymbolicLink(path)) {
          Path target = path.resolveSibling(Files.readSymbolicLink(path));
          assertThat(target.normalize()).startsWithRaw(folder);
          if (Files.exists(path)) {
            assertThat(path.toRealPath()).startsWithRaw(folder.toRealPath());
          }
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
