package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.store.BlobStore;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Functions' code: the zip files as they came, and each unpacked once, ready to be mounted. Both go
 * by the hash of the zip file, so that equal code is kept once and a folder never changes.
 */
public final class CodeStore {
  private final BlobStore blobs;
  private final Path folder;

  /**
   * @param folder holds one unpacked folder per hash; half-unpacked ones of a crash are removed
   */
  public CodeStore(BlobStore blobs, Path folder) {
    this.blobs = blobs;
    this.folder = folder;
    forEachFolder(
        found -> {
          if (found.getFileName().toString().endsWith(".part")) {
            delete(found);
          }
        });
  }

  /**
   * Checks a zip file and keeps it.
   *
   * @throws MayflyException if it is too large, no zip file, or dangerous to unpack
   */
  public CodeReference accept(byte[] zip) {
    CodeReference reference = inspect(zip);
    blobs.put(zip);
    return reference;
  }

  /**
   * Checks a zip file without keeping it.
   *
   * @throws MayflyException if it is too large, no zip file, or dangerous to unpack
   */
  public CodeReference inspect(byte[] zip) {
    if (zip.length > Limits.ZIPPED_CODE.bytes()) {
      throw new MayflyException(
          ErrorCode.REQUEST_TOO_LARGE,
          "Zipped size must be smaller than %d bytes".formatted(Limits.ZIPPED_CODE.bytes()));
    }
    new CodeArchive(zip).check();
    return new CodeReference(BlobStore.sha256(zip), zip.length);
  }

  /** The unpacked code, unpacking it if that has not been done. */
  public Path unpack(CodeReference code) {
    Path target = unpacked(code);
    // Folders appear whole, by a rename, so the common case needs no lock.
    return Files.isDirectory(target) ? target : unpackMissing(code, target);
  }

  private synchronized Path unpackMissing(CodeReference code, Path target) {
    if (Files.isDirectory(target)) {
      return target;
    }
    Path part = folder.resolve(code.sha256() + ".part");
    try {
      delete(part);
      Files.createDirectories(part);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      new CodeArchive(Files.readAllBytes(blobs.path(code.sha256()))).unpack(part);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      return target;
    } catch (IOException e) {
      throw new MayflyException(
          ErrorCode.SERVICE,
          "the code could not be unpacked into %s: %s".formatted(folder, e.getMessage()),
          e);
    } finally {
      delete(part);
    }
  }

  /** Where the unpacked code lies once {@link #unpack} has run. */
  public Path unpacked(CodeReference code) {
    return folder.resolve(code.sha256());
  }

  /** The zip file as it came. */
  public Path zip(CodeReference code) {
    return blobs.path(code.sha256());
  }

  /** Forgets code that no function and no instance uses any more. */
  public synchronized void remove(String sha256) {
    delete(folder.resolve(sha256));
    blobs.remove(sha256);
  }

  /** Removes all code but that in use, for the start. */
  public void retain(Set<String> inUse) {
    forEachFolder(
        found -> {
          if (!inUse.contains(found.getFileName().toString())) {
            delete(found);
          }
        });
    for (String hash : blobs.hashes()) {
      if (!inUse.contains(hash)) {
        blobs.remove(hash);
      }
    }
  }

  private interface FolderAction {
    void run(Path folder);
  }

  private void forEachFolder(FolderAction action) {
    try (var folders = Files.newDirectoryStream(folder)) {
      folders.forEach(action::run);
    } catch (IOException e) {
      throw new MayflyException(
          ErrorCode.SERVICE, "the code folder %s cannot be read: %s".formatted(folder, e), e);
    }
  }

  private static void delete(Path tree) {
    if (!Files.exists(tree)) {
      return;
    }
    try {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                throws IOException {
              if (failure != null) {
                throw failure;
              }
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new MayflyException(
          ErrorCode.SERVICE, "the folder %s could not be removed: %s".formatted(tree, e), e);
    }
  }
}
