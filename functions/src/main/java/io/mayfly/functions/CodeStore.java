package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.FunctionLayer;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.store.BlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Functions' code: the zip files as they came, and each unpacked once, ready to be mounted. Both go
 * by the hash of the zip file, so that equal code is kept once and a folder never changes.
 */
public final class CodeStore {
  /** How the names of unfinished things end. */
  public static final String PART = ".part";

  private static final String DERIVED = ".derived";

  private final BlobStore blobs;
  private final Path folder;

  /**
   * @param folder holds one unpacked folder per hash; half-unpacked ones of a crash are removed
   */
  public CodeStore(BlobStore blobs, Path folder) {
    this.blobs = blobs;
    this.folder = folder;
    forEach(
        folder,
        found -> {
          if (isPart(found)) {
            delete(found);
          } else if (found.getFileName().toString().endsWith(DERIVED)) {
            forEach(
                found,
                made -> {
                  if (isPart(made)) {
                    delete(made);
                  }
                });
          }
        });
  }

  private static boolean isPart(Path path) {
    return path.getFileName().toString().endsWith(PART);
  }

  /**
   * Where things lie that were made of a function's code and can be made again. What is being made
   * has a name that ends in {@link #PART}, and is gone after a crash; all of it goes with the code.
   */
  public Path derived(CodeReference code) {
    return folder.resolve(code.sha256() + DERIVED);
  }

  /**
   * Gives something that was made of a function's code its lasting name, at once.
   *
   * @param made in the folder {@link #derived}
   * @return false if the code has gone meanwhile; what was made is removed then
   */
  public synchronized boolean keep(CodeReference code, Path made, Path lasting) throws IOException {
    if (!Files.isDirectory(unpacked(code))) {
      delete(derived(code));
      return false;
    }
    delete(lasting);
    Files.move(made, lasting, StandardCopyOption.ATOMIC_MOVE);
    return true;
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
    long unzipped = new CodeArchive(zip).check();
    return new CodeReference(BlobStore.sha256(zip), zip.length, unzipped);
  }

  /** Keeps a zip file that {@link #inspect} has found good. */
  void keep(byte[] zip) {
    blobs.put(zip);
  }

  /** The unpacked code, unpacking it if that has not been done. */
  public Path unpack(CodeReference code) {
    Path target = unpacked(code);
    // Folders appear whole, by a rename, so the common case needs no lock.
    return Files.isDirectory(target) ? target : unpackMissing(code, target);
  }

  private Path unpackMissing(CodeReference code, Path target) {
    return make(
        target,
        part -> new CodeArchive(Files.readAllBytes(blobs.path(code.sha256()))).unpack(part));
  }

  /**
   * What a function finds at {@code /opt}: its layers laid over each other, later ones on top.
   * Laying them so if that has not been done; that is kept as code is, under a hash of its own.
   */
  public Optional<Path> layers(List<FunctionLayer> layers) {
    if (layers.isEmpty()) {
      return Optional.empty();
    }
    Path target = folder.resolve(hash(layers));
    return Optional.of(
        Files.isDirectory(target)
            ? target
            : layers.size() == 1
                ? unpack(layers.getFirst().code())
                : make(
                    target,
                    part -> {
                      for (FunctionLayer layer : layers) {
                        LayerFolders.lay(unpack(layer.code()), part);
                      }
                    }));
  }

  /** Of all that layers are together, in their order. */
  private static String hash(List<FunctionLayer> layers) {
    if (layers.size() == 1) {
      return layers.getFirst().code().sha256();
    }
    String hashes =
        layers.stream().map(layer -> layer.code().sha256()).collect(Collectors.joining("\n"));
    return BlobStore.sha256(hashes.getBytes(StandardCharsets.UTF_8));
  }

  /** Under which hashes there is something that a function needs. */
  static Set<String> hashes(FunctionConfig config) {
    Set<String> all = new HashSet<>();
    all.add(config.code().sha256());
    List<FunctionLayer> layers = config.settings().layers();
    if (!layers.isEmpty()) {
      all.add(hash(layers));
      layers.forEach(layer -> all.add(layer.code().sha256()));
    }
    return all;
  }

  private interface Filling {
    void fill(Path empty) throws IOException;
  }

  private synchronized Path make(Path target, Filling content) {
    if (Files.isDirectory(target)) {
      return target;
    }
    Path part = folder.resolve(target.getFileName() + PART);
    try {
      delete(part);
      Files.createDirectories(part);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      content.fill(part);
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
    delete(folder.resolve(sha256 + DERIVED));
    blobs.remove(sha256);
  }

  /** Removes all code but that in use, for the start. */
  public void retain(Set<String> inUse) {
    forEach(
        folder,
        found -> {
          String name = found.getFileName().toString();
          if (!inUse.contains(name.replace(DERIVED, ""))) {
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

  private static void forEach(Path folder, FolderAction action) {
    try (var folders = Files.newDirectoryStream(folder)) {
      folders.forEach(action::run);
    } catch (IOException e) {
      throw new MayflyException(
          ErrorCode.SERVICE, "the code folder %s cannot be read: %s".formatted(folder, e), e);
    }
  }

  static void delete(Path tree) {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
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
