package io.mayfly.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.runtimes.RuntimeLaunch.Mount;
import io.mayfly.runtimes.frame.GuestFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made in advance is used, and nothing depends on it. */
class TestPreparation {
  @TempDir Path home;

  private RuntimeCatalog prepared() throws IOException {
    try (Stream<Path> files = Files.walk(GuestProcess.GUEST_HOME)) {
      for (Path file : files.toList()) {
        String name = file.toString();
        Path copy = home.resolve(GuestProcess.GUEST_HOME.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else if (!name.endsWith(".pyc") && !name.endsWith(".aot") && !name.endsWith(".jsa")) {
          Files.copy(file, copy);
        }
      }
    }
    RuntimeCatalog catalog = new RuntimeCatalog(home, Map.of(), Optional.empty(), System.getenv());
    assertThat(catalog.prepare()).isEmpty();
    return catalog;
  }

  @Test
  void everyJdkStartsFromItsArchiveAndEveryPythonFromItsBytecode() throws Exception {
    RuntimeCatalog catalog = prepared();
    for (RuntimeCatalog.Row row : catalog.list()) {
      if (row.id().equals("java17")) {
        assertThat(catalog.launch(row.id()).command()).hasSize(4);
      } else if (row.id().startsWith("java")) {
        startsWithItsArchiveAlone(catalog.launch(row.id()));
      } else if (row.id().startsWith("python")) {
        String tag =
            "mayfly_guest.cpython-" + row.id().substring("python".length()).replace(".", "");
        assertThat(home.resolve("python/__pycache__").resolve(tag + ".pyc")).exists();
      }
    }
  }

  /** A JVM that is told to refuse a start without the archive starts, though the folder moved. */
  private void startsWithItsArchiveAlone(RuntimeLaunch launch) throws Exception {
    List<String> command = new ArrayList<>(launch.command());
    boolean aot = command.stream().anyMatch(word -> word.startsWith("-XX:AOTCache="));
    assertThat(aot || command.stream().anyMatch(word -> word.startsWith("-XX:SharedArchive")))
        .isTrue();
    command.addAll(aot ? List.of("-XX:AOTMode=on") : List.of());
    Path moved = Files.createDirectory(home.resolve("moved"));
    try (Stream<Path> files = Files.list(home.resolve("java"))) {
      for (Path file : files.toList()) {
        Files.copy(file, moved.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    List<Mount> mounts = List.of(new Mount(moved, Path.of("/var/runtime")));
    RuntimeLaunch strict =
        new RuntimeLaunch(command, mounts, launch.environment(), launch.channel());
    Map<String, String> variables = Map.of("_HANDLER", "cases.Handlers::map");
    try (GuestProcess guest = GuestProcess.start(strict, Handlers.java(), variables)) {
      assertThat(guest.awaitStart()).as(guest::log).isInstanceOf(GuestFrame.Ready.class);
      assertThat(guest.invoke(GuestProcess.event("{}")))
          .as(guest::log)
          .containsInstanceOf(GuestFrame.Result.class);
      assertThat(guest.log()).isEmpty();
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsReportedAndNoMore() {
    RuntimeCatalog catalog =
        new RuntimeCatalog(home.resolve("absent"), Map.of(), Optional.empty(), System.getenv());
    assertThat(catalog.prepare())
        .isNotEmpty()
        .allMatch(line -> line.startsWith("java") || line.startsWith("python"));
    assertThat(catalog.launch("provided.al2023").command()).isNotEmpty();
  }
}
