package io.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestDataDirectory {
  @TempDir Path folder;

  /** Opens a data directory, says how that went, and holds it until its input ends. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      try (DataDirectory directory = DataDirectory.open(Path.of(arguments[0]))) {
        System.out.println("open " + directory.root());
        System.in.readAllBytes();
      } catch (MayflyException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private static Process holder(Path data, String... before) throws IOException {
    List<String> command = new ArrayList<>(List.of(before));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            data.toString()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  @Test
  void itIsMadeWithAllFoldersOnTheWay() {
    Path root = folder.resolve("a/b/c");
    try (DataDirectory directory = DataDirectory.open(root)) {
      assertThat(directory.root()).isEqualTo(root).isDirectory();
      assertThat(directory.folder("logs")).isDirectory();
      assertThat(root.resolve("probe")).doesNotExist();
    }
  }

  @Test
  void oneThatAnotherProcessHoldsIsRefusedWithItsNumberAndFreeOnceThatIsKilled() throws Exception {
    Process process = holder(folder);
    try {
      assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).startsWith("open");
      assertThatThrownBy(() -> DataDirectory.open(folder))
          .isInstanceOf(MayflyException.class)
          .hasMessageContainingAll("in use by process " + process.pid(), "mayfly down", "--data");
    } finally {
      process.destroyForcibly().waitFor();
    }
    DataDirectory.open(folder).close();
  }

  @Test
  void aSecondTryOfTheSameProcessIsRefusedAndLeavesTheLockInPlace() throws Exception {
    try (DataDirectory held = DataDirectory.open(folder)) {
      assertThatThrownBy(() -> DataDirectory.open(held.root()))
          .isInstanceOf(MayflyException.class)
          .hasMessageContaining("in use by this process");
      Process other = holder(folder);
      try {
        assertThat(other.inputReader(StandardCharsets.UTF_8).readLine())
            .contains("in use by process " + ProcessHandle.current().pid());
      } finally {
        other.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void aFolderThatTheUserMayNotWriteIsRefused() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Process other =
        holder(data, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--");
    try {
      assertThat(other.inputReader(StandardCharsets.UTF_8).readLine())
          .contains("permission denied", "make it writable", "--data");
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void aFullDiskIsNoticedAtTheStart() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 1)) {
      DataDirectory.open(disk.folder()).close();
      disk.fill();
      assertThatThrownBy(() -> DataDirectory.open(disk.folder()))
          .isInstanceOf(MayflyException.class)
          .hasMessageContainingAll("No space left on device", "space");
    }
  }

  @Test
  void aFileInItsPlaceIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> DataDirectory.open(file))
        .isInstanceOf(MayflyException.class)
        .hasMessageContainingAll("is not a folder", "--data");
    assertThatThrownBy(() -> DataDirectory.open(file.resolve("below")))
        .isInstanceOf(MayflyException.class)
        .hasMessageContainingAll("--data");
  }
}
