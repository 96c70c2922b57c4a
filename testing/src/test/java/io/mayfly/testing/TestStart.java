package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a platform from starting is said in one line, with what to do about it. */
final class TestStart {
  @TempDir Path folder;

  @Test
  void emptyPlatformDeploysAndCallsAWelcomeFunction() {
    List<String> announced = Mayfly.shared().announced();
    assertThat(announced).anyMatch(line -> line.startsWith("Mayfly serves at http://127.0.0.1:"));
    assertThat(announced).anyMatch(line -> line.contains("curl http://"));
    assertThat(announced).anyMatch(line -> line.contains("It was billed"));
    assertThat(Mayfly.shared().functions().invoke("welcome", "{}").functionError()).isNull();
  }

  @Test
  void portInUseIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertRefused("port %s of 127.0.0.1 is in use".formatted(port), "--port", port);
    }
  }

  @Test
  void lockedDataDirectoryIsNamedWithItsOwner() {
    Mayfly owner = Mayfly.shared();
    Mayfly.Refused refused = Mayfly.refused(owner.data(), Map.of());
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.announced())
        .contains(
            "the data directory %s is in use by process %d".formatted(owner.data(), owner.pid()))
        .contains("--data");
    assertThat(owner.functions().client().listFunctions().functions()).isNotNull();
  }

  @Test
  void dataDirectoryFromANewerVersionIsLeftAlone() throws IOException {
    Path data = folder.resolve("newer");
    Mayfly.startOn(data).close();
    Path database = data.resolve("mayfly.db");
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      // The schema's version: https://sqlite.org/fileformat2.html#user_version_number
      file.seek(60);
      file.writeInt(99);
    }
    Mayfly.Refused refused = Mayfly.refused(data, Map.of());
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.announced()).contains("was written by a newer Mayfly (schema 99");
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "r")) {
      file.seek(60);
      assertThat(file.readInt()).isEqualTo(99);
    }
  }

  @Test
  void fullDataDirectoryIsNamed() throws IOException {
    Path data = Files.createDirectory(folder.resolve("full"));
    Ran.command(
            List.of("mount", "-t", "tmpfs", "-o", "size=64k", "none", data.toString()), Map.of())
        .ok();
    try {
      Mayfly.Refused refused = Mayfly.refused(data, Map.of());
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.announced())
          .contains("the data directory " + data)
          .contains("No space left on device")
          .contains("free some space");
    } finally {
      Ran.command(List.of("umount", data.toString()), Map.of()).ok();
    }
  }

  @Test
  void readOnlyDataDirectoryIsNamed() throws IOException {
    Path data = Files.createDirectory(folder.resolve("read-only"));
    Ran.command(List.of("mount", "-t", "tmpfs", "-o", "ro", "none", data.toString()), Map.of())
        .ok();
    try {
      Mayfly.Refused refused = Mayfly.refused(data, Map.of());
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.announced())
          .contains("the data directory " + data)
          .contains("Read-only file system");
    } finally {
      Ran.command(List.of("umount", data.toString()), Map.of()).ok();
    }
  }

  @Test
  void dataDirectoryThatIsAFileIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    Mayfly.Refused refused = Mayfly.refused(file, Map.of());
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.announced()).contains(file.toString()).contains("--data");
  }

  @Test
  void withoutBubblewrapItIsSaidWhatToInstallAndTheWayRound() {
    List<String> command = new ArrayList<>(hiding(List.of(), List.of("/usr/bin/bwrap")));
    command.addAll(Distribution.server());
    command.addAll(List.of("--data", folder.resolve("jailless").toString(), "--port", "0"));
    Ran ran = Ran.command(command, Map.of());
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.out())
        .contains("cannot isolate functions on this machine")
        .contains("the program bwrap is not installed: run 'apt-get install bubblewrap'")
        .contains("--isolation none");
  }

  @Test
  void withoutAJdkItIsSaidWhereWasLookedAndWhatToInstall() throws IOException {
    List<String> jdks = new ArrayList<>();
    String home = System.getProperty("user.home");
    for (Path place :
        List.of(
            Path.of("/usr/lib/jvm"),
            Path.of("/usr/java"),
            Path.of("/opt"),
            Path.of(home, ".sdkman"),
            Path.of(home, ".jdks"))) {
      if (Files.isDirectory(place) && !Distribution.project().startsWith(place)) {
        jdks.add(place.toString());
      }
    }
    List<String> command = new ArrayList<>(hiding(jdks, List.of()));
    command.addAll(List.of(Distribution.project().resolve("mayfly").toString(), "up"));
    Ran ran = Ran.command(command, Map.of("JAVA_HOME", ""));
    assertThat(ran.status()).isEqualTo(1);
    assertThat(ran.err())
        .contains("no JDK 25 or newer found: looked at JAVA_HOME, /usr/lib/jvm")
        .contains("apt-get install openjdk-25-jdk-headless");
  }

  /** The machine as it is, but for some folders and programs. */
  private static List<String> hiding(List<String> folders, List<String> programs) {
    List<String> command = new ArrayList<>(List.of("bwrap", "--dev-bind", "/", "/"));
    folders.forEach(each -> command.addAll(List.of("--tmpfs", each)));
    programs.forEach(each -> command.addAll(List.of("--bind", "/dev/null", each)));
    command.add("--");
    return command;
  }

  @Test
  void withoutIsolationFunctionsRunAsWell() {
    try (Mayfly mayfly = Mayfly.start("--isolation", "none")) {
      Functions functions = mayfly.functions();
      functions.deployPython("plain", "def handler(event, context): return {'got': event}");
      assertThat(functions.invoke("plain", "7").payload().asUtf8String()).isEqualTo("{\"got\": 7}");
      assertThat(functions.invoke("plain", "8").payload().asUtf8String()).isEqualTo("{\"got\": 8}");
      assertThat(functions.invoke("welcome", "{}").functionError()).isNull();
      Leftovers plain = Leftovers.of(mayfly.pid());
      assertThat(plain.instances()).isNotEmpty();
      mayfly.stop();
      Eventually.holds(Duration.ofSeconds(10), () -> plain.remaining().isEmpty());
    }
  }

  @Test
  void unknownVariablesAndOptionsAreNamed() {
    Mayfly.Refused variable = Mayfly.refused(folder.resolve("a"), Map.of("MAYFLY_PROT", "9000"));
    assertThat(variable.status()).isEqualTo(1);
    assertThat(variable.announced())
        .contains("unknown settings in the environment: [MAYFLY_PROT]")
        .contains("MAYFLY_PORT");
    assertThat(Mayfly.refused(folder.resolve("b"), Map.of(), "--prot", "1").announced())
        .contains("there is no option '--prot'");
    assertRefused("--isolation takes jail or none, not 'chroot'", "--isolation", "chroot");
    assertRefused("--keep-alive ", "--keep-alive", "-1");
    assertRefused("--access-key and --secret-key go together", "--access-key", "only");
  }

  private void assertRefused(String text, String... options) {
    Mayfly.Refused refused = Mayfly.refused(folder.resolve("refused"), Map.of(), options);
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.announced()).contains(text);
  }
}
