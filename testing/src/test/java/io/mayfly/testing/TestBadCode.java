package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/** Zip files as an attacker makes them: refused in AWS's words, and nothing of them unpacked. */
final class TestBadCode {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final Functions FUNCTIONS = MAYFLY.functions();
  private static final int FILE = 0100644;
  private static final byte[] TEXT = "pwned".getBytes(StandardCharsets.UTF_8);

  @AfterEach
  void platformStillServesAndNothingIsThere() throws IOException {
    assertThat(FUNCTIONS.client().listFunctions().functions())
        .noneMatch(function -> function.functionName().equals("bad-code"));
    try (var folders = Files.walk(MAYFLY.data())) {
      assertThat(folders.map(Path::getFileName).map(Path::toString)).doesNotContain("escaped");
    }
    assertThat(Path.of("/tmp/escaped")).doesNotExist();
  }

  @Test
  void textIsNoZip() {
    assertRefused(
        "this is no zip file".getBytes(StandardCharsets.UTF_8),
        "Could not unzip uploaded file. Please check your file, then try to upload again.");
  }

  @Test
  void emptyArchivesAreRefused() {
    assertRefused(new Zip().bytes(), "Uploaded file must be a non-empty zip");
  }

  @Test
  void truncatedArchivesAreRefused() {
    byte[] whole = Custom.python("x = 1\n" + "# padding\n".repeat(1000));
    assertRefused(Arrays.copyOf(whole, whole.length - 30), "Could not unzip uploaded file");
    assertRefused(Arrays.copyOf(whole, whole.length / 2), "Could not unzip uploaded file");
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, 40, 120, (byte) 0x5a);
    assertRefused(damaged, "Could not unzip uploaded file");
  }

  @Test
  void entriesThatLeaveTheFolderAreRefused() {
    for (String name :
        List.of("../escaped", "a/../../escaped", "/tmp/escaped", "..\\escaped", "a/../..")) {
      assertRefused(new Zip().entry(name, FILE, TEXT).bytes(), "outside the function's folder");
    }
  }

  @Test
  void linksThatLeaveTheFolderAreRefused() {
    for (String target : List.of("/etc/passwd", "../outside", "a/../../outside", "/")) {
      assertRefused(new Zip().link("link", target).bytes(), "points outside");
    }
    assertRefused(
        new Zip().link("folder", "real").file("folder/escaped", "x").bytes(),
        "as two different things");
  }

  @Test
  void devicesAndNamesOfTwoThingsAreRefused() {
    assertRefused(new Zip().entry("pipe", 0010644, TEXT).bytes(), "device or pipe");
    assertRefused(new Zip().file("a", "1").file("./a/b", "2").bytes(), "as two different things");
  }

  @Test
  void bombsAreRefusedBeforeTheyAreWritten() throws IOException {
    byte[] bomb = compressed(300, 1 << 20);
    assertThat(bomb).hasSizeLessThan(400_000);
    assertRefused(bomb, "Unzipped size must be smaller than 262144000 bytes");
    assertThat(MAYFLY.data().resolve("code")).isDirectory();
  }

  @Test
  void seventyThousandFilesAreRefused() throws IOException {
    assertRefused(compressed(70_000, 0), "more than 65535 files and folders");
  }

  @Test
  void encryptedEntriesAreRefused() {
    byte[] zip = new Zip().file("app.py", "secret").bytes();
    setEncrypted(zip, 0x04034b50, 6);
    setEncrypted(zip, 0x02014b50, 8);
    assertRefused(zip, "encrypted");
  }

  @Test
  void filesOverFiftyMegabytesAreTooLarge() {
    LambdaException refused =
        catchThrowableOfType(
            LambdaException.class,
            () -> FUNCTIONS.deploy("bad-code", "provided.al2023", "x", new byte[54_000_000]));
    assertThat(refused.statusCode()).isEqualTo(413);
    assertThat(refused.awsErrorDetails().errorCode())
        .startsWith("Request")
        .endsWith("TooLargeException");
  }

  @Test
  void refusedUpdatesLeaveWhatServes() {
    FUNCTIONS.deployPython("good-code", "def handler(event, context): return 'old'\n");
    String before = configuration("good-code");
    InvalidParameterValueException refused =
        catchThrowableOfType(
            InvalidParameterValueException.class,
            () -> FUNCTIONS.update("good-code", new Zip().entry("../x", FILE, TEXT).bytes()));
    assertThat(refused).hasMessageContaining("outside the function's folder");
    assertThat(configuration("good-code")).isEqualTo(before);
    assertThat(FUNCTIONS.invoke("good-code", "{}").payload().asUtf8String()).isEqualTo("\"old\"");
    FUNCTIONS.delete(List.of("good-code"));
  }

  private static String configuration(String name) {
    return FUNCTIONS
        .client()
        .getFunctionConfiguration(request -> request.functionName(name))
        .revisionId();
  }

  private static void assertRefused(byte[] zip, String text) {
    InvalidParameterValueException refused =
        catchThrowableOfType(
            InvalidParameterValueException.class,
            () -> FUNCTIONS.deploy("bad-code", "provided.al2023", "x", zip));
    assertThat(refused).isNotNull();
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused).hasMessageContaining(text);
  }

  private static byte[] compressed(int files, int size) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] zeros = new byte[size];
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (int i = 0; i < files; i++) {
        zip.putNextEntry(new ZipEntry("f" + i));
        zip.write(zeros);
      }
    }
    return bytes.toByteArray();
  }

  /** Sets the bit that calls an entry encrypted in the headers with a signature. */
  private static void setEncrypted(byte[] zip, int signature, int flagsAt) {
    ByteBuffer buffer = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 4 <= zip.length; at++) {
      if (buffer.getInt(at) == signature) {
        zip[at + flagsAt] |= 1;
      }
    }
  }
}
