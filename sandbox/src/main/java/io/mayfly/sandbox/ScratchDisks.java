package io.mayfly.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/**
 * Instances' {@code /tmp}: a file system of exactly the size a function was given, on the disk
 * rather than in memory, so that what a function stores there is not counted as memory it uses.
 *
 * <p>A disk is a sparse ext4 image on a loop device. An empty ext4 of half a gigabyte consists of
 * some hundred kilobytes: they are made by mkfs once per size, kept in memory and written to each
 * new image, which costs a millisecond. Nothing has to be cleaned up: the image is unlinked as soon
 * as its loop device holds it, the device frees itself with the mount, and the mount ends with the
 * namespace of the instance's processes.
 */
final class ScratchDisks {
  private static final long LOOP_CONTROL_GET_FREE = 0x4C82;
  private static final long LOOP_CONFIGURE = 0x4C0A;
  private static final int AUTO_CLEAR = 4;
  private static final int ATTEMPTS = 64;

  /**
   * No barriers: nobody needs what is on a disk after a crash, and without this mounting,
   * unmounting and every fsync of a function would wait for the machine's real disk.
   */
  private static final List<String> MOUNT_OPTIONS = List.of("noinit_itable", "nobarrier");

  private final Path folder;
  private final Map<DataSize, Template> templates = new ConcurrentHashMap<>();

  /**
   * @param folder on the disk where the images shall be
   */
  ScratchDisks(Path folder) {
    this.folder = folder;
  }

  /** The written parts of an empty image. */
  private record Template(long length, List<Extent> extents) {}

  private record Extent(long offset, byte[] content) {}

  /**
   * Mounts one of the usual size and lets it go.
   *
   * @throws PosixException if this machine cannot
   */
  void tryOut(Launcher launcher, Path target) {
    Path image = create("trial", DataSize.ofMegabytes(512));
    launcher.inMountNamespace(
        () -> {
          mount(image, target, 0);
          return 0;
        });
  }

  /** Makes an image; {@link #mount} takes it. */
  Path create(String name, DataSize size) {
    Template template = templates.computeIfAbsent(size, this::format);
    Path image = folder.resolve(name + ".img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(template.length());
      for (Extent extent : template.extents()) {
        file.seek(extent.offset());
        file.write(extent.content());
      }
      return image;
    } catch (IOException e) {
      throw new MayflyException(
          ErrorCode.SERVICE_UNAVAILABLE,
          "Mayfly could not make the /tmp of an instance at " + image + ": " + e.getMessage(),
          e);
    }
  }

  /**
   * Mounts an image and unlinks it, whatever happens. Runs on the launcher's thread, in the mount
   * namespace of the instance to be.
   */
  static void mount(Path image, Path target, int owner) {
    int ignored =
        onLoopDevice(
            image,
            device -> {
              Posix.mount(
                  device,
                  target.toString(),
                  "ext4",
                  Posix.MS_NOSUID | Posix.MS_NODEV | Posix.MS_NOATIME,
                  String.join(",", MOUNT_OPTIONS));
              Posix.removeFolder(target.resolve("lost+found").toString());
              Posix.changeOwner(target.toString(), owner, owner);
              return 0;
            });
  }

  /**
   * Mounts an image, attached nowhere yet, and unlinks it, whatever happens.
   *
   * @return the mount's descriptor
   */
  static int detached(Path image, int owner) {
    return onLoopDevice(
        image,
        device -> {
          int mount =
              DetachedMounts.ofDevice(
                  "ext4",
                  device,
                  MOUNT_OPTIONS,
                  DetachedMounts.NO_SUID
                      | DetachedMounts.NO_DEVICES
                      | DetachedMounts.NO_ACCESS_TIMES);
          DetachedMounts.removeFolder(mount, "lost+found");
          DetachedMounts.changeOwner(mount, owner);
          return mount;
        });
  }

  /** Has an image used through a loop device that frees itself after that use. */
  private static int onLoopDevice(Path image, ToIntFunction<String> use) {
    int backing = -1;
    int device = -1;
    try {
      backing = Posix.open(image.toString(), Posix.O_RDWR);
      LoopDevice loop = attach(backing);
      device = loop.descriptor();
      return use.applyAsInt(loop.path());
    } finally {
      if (device >= 0) {
        Posix.close(device);
      }
      if (backing >= 0) {
        Posix.close(backing);
      }
      Posix.unlink(image.toString());
    }
  }

  private record LoopDevice(String path, int descriptor) {}

  private static LoopDevice attach(int backing) {
    int control = Posix.open("/dev/loop-control", Posix.O_RDWR);
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int number = Posix.control("find a free loop device", control, LOOP_CONTROL_GET_FREE, 0);
        String path = "/dev/loop" + number;
        int device = Posix.open(path, Posix.O_RDWR);
        if (configure(device, backing)) {
          return new LoopDevice(path, device);
        }
        Posix.close(device);
      }
      throw new PosixException("attach a loop device", Errno.EBUSY);
    } finally {
      Posix.close(control);
    }
  }

  /** False if another program took the device first. */
  private static boolean configure(int device, int backing) {
    try (Arena arena = Arena.ofConfined()) {
      // struct loop_config: fd at 0, then struct loop_info64 at 8 with lo_flags at 52 in it.
      MemorySegment configuration = arena.allocate(304, 8);
      configuration.set(JAVA_INT, 0, backing);
      configuration.set(JAVA_INT, 8 + 52, AUTO_CLEAR);
      Posix.control("attach a loop device", device, LOOP_CONFIGURE, configuration);
      return true;
    } catch (PosixException e) {
      if (e.errno() == Errno.EBUSY) {
        return false;
      }
      Posix.close(device);
      throw e;
    }
  }

  /** Runs mkfs on a sparse file in memory and remembers what it wrote. */
  private Template format(DataSize size) {
    int descriptor = Posix.memoryFile("template", new byte[0]);
    // The way for other programs to what has no name.
    Path image =
        Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd", "" + descriptor);
    try {
      // The file system's own tables come on top, so that the whole size is the function's.
      long length = size.bytes() + size.bytes() / 32 + 2 * 1024 * 1024;
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(length);
      }
      makeFileSystem(image);
      return new Template(length, extents(image, descriptor));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Posix.close(descriptor);
    }
  }

  private static void makeFileSystem(Path image) throws IOException {
    // No journal and no reserve: nobody needs what is on it after a crash. One inode per 16 KB.
    Tools.run(
        List.of(
            "mkfs.ext4",
            "-q",
            "-F",
            "-m0",
            "-i16384",
            "-O^has_journal,^resize_inode",
            "-Elazy_itable_init=1,nodiscard,root_owner=0:0",
            image.toString()));
  }

  private static List<Extent> extents(Path image, int descriptor) throws IOException {
    List<Extent> extents = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
      long end = 0;
      while (true) {
        long start = Posix.seek(descriptor, end, Posix.SEEK_DATA);
        end = Posix.seek(descriptor, start, Posix.SEEK_HOLE);
        ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(end - start));
        while (content.hasRemaining() && channel.read(content, start + content.position()) >= 0) {}
        extents.add(new Extent(start, content.array()));
      }
    } catch (PosixException e) {
      // There is no data after the offset.
      if (e.errno() == Errno.ENXIO) {
        return extents;
      }
      throw e;
    }
  }
}
