package io.mayfly.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.runtimes.RuntimeCatalog.Row;
import io.mayfly.runtimes.RuntimeLaunch.Channel;
import io.mayfly.runtimes.RuntimeLaunch.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestRuntimeCatalog {
  @TempDir Path machine;

  @BeforeEach
  void installInterpreters() throws IOException {
    program("tools/a/bin/python3.77", "Python 3.77.5");
    program("tools/b/bin/python3.77", "Python 3.77.6");
    program("tools/b/bin/python3.78", "no version at all");
    program("tools/b/bin/python3.79", "Python 3.80.1");
    program(".nvm/versions/node/v93.1.0/bin/node", "v93.1.0");
    Path jdk = machine.resolve(".jdks/corretto");
    Files.createDirectories(jdk.resolve("bin"));
    program(".jdks/corretto/bin/java", "never asked");
    Files.writeString(jdk.resolve("release"), "A=1\nJAVA_VERSION=\"21.0.4\"\n");
  }

  private Path program(String path, String says) throws IOException {
    Path file = machine.resolve(path);
    Files.createDirectories(file.getParent());
    Path asked = machine.resolve("asked");
    Files.writeString(file, "#!/bin/sh\necho \"$0\" >> " + asked + "\necho '" + says + "'\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private RuntimeCatalog catalog(Map<String, String> aliases, Optional<Path> memory) {
    String path = machine.resolve("tools/a/bin") + ":relative:" + machine.resolve("tools/b/bin");
    Map<String, String> environment = Map.of("PATH", path, "HOME", machine.toString());
    return new RuntimeCatalog(machine.resolve("guests"), aliases, memory, environment);
  }

  private RuntimeCatalog catalog() {
    return catalog(Map.of(), Optional.empty());
  }

  private Optional<Row> row(RuntimeCatalog catalog, String id) {
    return catalog.list().stream().filter(row -> row.id().equals(id)).findFirst();
  }

  @Test
  void findsInterpretersWithTheirExactVersions() {
    RuntimeCatalog catalog = catalog();
    assertThat(row(catalog, "python3.77")).map(Row::version).contains("3.77.5");
    assertThat(row(catalog, "nodejs93.x")).map(Row::version).contains("93.1.0");
    assertThat(row(catalog, "java21")).map(Row::version).isPresent();
    assertThat(row(catalog, "provided.al2023")).isPresent();
    assertThat(row(catalog, "provided.al2")).isPresent();
  }

  @Test
  void leavesOutProgramsThatAreNotWhatTheirNamesSay() {
    assertThat(catalog().list()).map(Row::id).doesNotContain("python3.78", "python3.79");
  }

  @Test
  void sortsVersionsAsNumbers() {
    List<String> ids = catalog().list().stream().map(Row::id).toList();
    assertThat(ids.indexOf("nodejs93.x")).isLessThan(ids.indexOf("python3.77"));
    assertThat(TestGuests.runtimes().filter(id -> id.startsWith("python")).toList())
        .isSortedAccordingTo(
            (left, right) ->
                Integer.compare(
                    Integer.parseInt(left.substring(8)), Integer.parseInt(right.substring(8))));
  }

  @Test
  void asksAProgramOnceForAsLongAsItDoesNotChange() throws IOException {
    Optional<Path> memory = Optional.of(machine.resolve("versions"));
    catalog(Map.of(), memory).list();
    String asked = Files.readString(machine.resolve("asked"));
    assertThat(asked).contains("python3.77").contains("python3.78").doesNotContain("java");

    assertThat(row(catalog(Map.of(), memory), "python3.77")).map(Row::version).contains("3.77.5");
    assertThat(Files.readString(machine.resolve("asked"))).isEqualTo(asked);

    Path changed = program("tools/a/bin/python3.77", "Python 3.77.9");
    Files.setLastModifiedTime(changed, FileTime.fromMillis(1_000_000));
    assertThat(row(catalog(Map.of(), memory), "python3.77")).map(Row::version).contains("3.77.9");
  }

  @Test
  void aSpoiledMemoryCostsNothingButTime() throws IOException {
    Path memory = machine.resolve("versions");
    Files.write(memory, new byte[] {(byte) 0xff, 0, 9, 9, '\n'});
    assertThat(row(catalog(Map.of(), Optional.of(memory)), "python3.77")).isPresent();
  }

  @Test
  void launchesWithWhatTheInterpreterNeeds() throws IOException {
    RuntimeLaunch launch = catalog().launch("python3.77");
    Path home = machine.toRealPath().resolve("tools/a");
    assertThat(launch.command())
        .containsExactly(home + "/bin/python3.77", "-u", "/var/runtime/main.py");
    assertThat(launch.mounts())
        .containsExactlyInAnyOrder(
            new Mount(machine.resolve("guests/python"), Path.of("/var/runtime")),
            new Mount(home, home));
    assertThat(launch.channel()).isEqualTo(Channel.FRAMES);
    assertThat(launch.environment())
        .containsEntry("AWS_EXECUTION_ENV", "AWS_Lambda_python3.77")
        .containsEntry("LAMBDA_TASK_ROOT", "/var/task");
  }

  @Test
  void showsTheSettingsThatAJdkLinksTo() throws IOException {
    Path home = machine.resolve(".jdks/corretto");
    Path settings;
    try (Stream<Path> folders = Files.list(Path.of("/etc"))) {
      settings =
          folders
              .filter(folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS))
              .filter(folder -> !Set.of("ssl", "alternatives").contains(name(folder)))
              .findFirst()
              .orElseThrow();
    }
    Path link = Files.createSymbolicLink(home.resolve("conf"), settings);
    try {
      Map<String, String> environment = Map.of("JAVA_HOME", home.toString());
      RuntimeCatalog catalog =
          new RuntimeCatalog(machine.resolve("guests"), Map.of(), Optional.empty(), environment);
      assertThat(catalog.launch("java21").mounts())
          .contains(new Mount(settings, settings))
          .contains(new Mount(home.toRealPath(), home.toRealPath()));
    } finally {
      Files.delete(link);
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  @Test
  void startsABootstrapOverTheRuntimeApi() {
    RuntimeLaunch launch = catalog().launch("provided.al2023");
    assertThat(launch.channel()).isEqualTo(Channel.RUNTIME_API);
    assertThat(launch.command()).containsExactly("/bin/sh", "/var/runtime/start");
  }

  @Test
  void anAliasIsServedByItsTargetUnderItsOwnName() {
    RuntimeCatalog catalog = catalog(Map.of("python3.99", "python3.77"), Optional.empty());
    assertThat(catalog.has("python3.99")).isTrue();
    assertThat(row(catalog, "python3.99")).flatMap(Row::aliasOf).contains("python3.77");
    RuntimeLaunch launch = catalog.launch("python3.99");
    assertThat(launch.command().getFirst()).endsWith("/python3.77");
    assertThat(launch.environment()).containsEntry("AWS_EXECUTION_ENV", "AWS_Lambda_python3.99");
  }

  @Test
  void refusesWhatIsNotThereWithTheListAndTheSetting() {
    assertThatThrownBy(() -> catalog().launch("ruby3.3"))
        .isInstanceOfSatisfying(
            MayflyException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageContaining("ruby3.3")
        .hasMessageContaining("python3.77")
        .hasMessageContaining("--runtime-alias ruby3.3=");
    assertThat(catalog().has("ruby3.3")).isFalse();
  }
}
