package io.mayfly.runtimes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;

/**
 * A function's loose class files in a jar, because an AOT cache takes classes from jars alone. The
 * jar has nothing else in it; it leads to the function's folder by its {@code Class-Path}, so
 * resources are found there, as ever and in the same order.
 */
public final class ClassesJar {
  private static final LocalDateTime TIME = LocalDateTime.of(2000, 1, 1, 0, 0);
  private static final String MANIFEST =
      "Manifest-Version: 1.0\r\nClass-Path: file:/var/task/\r\n\r\n";

  private ClassesJar() {}

  /**
   * Writes the jar.
   *
   * @param code the function's unpacked code
   * @throws IOException if there is no room for it, or the function's jars have names that no class
   *     path can hold
   */
  public static void write(Path code, Path jar) throws IOException {
    checkJars(code.resolve("lib"));
    try (JarOutputStream output = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(code)) {
      output.setLevel(Deflater.NO_COMPRESSION);
      add(output, "META-INF/MANIFEST.MF", MANIFEST.getBytes(StandardCharsets.UTF_8));
      List<Path> classes =
          files
              .filter(file -> file.toString().endsWith(".class"))
              .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .sorted()
              .toList();
      for (Path file : classes) {
        add(output, code.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
  }

  private static void checkJars(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> jars = Files.list(folder)) {
      if (jars.anyMatch(jar -> jar.toString().indexOf(':') >= 0)) {
        throw new IOException("a jar in lib has a colon in its name, which ends a class path");
      }
    }
  }

  private static void add(JarOutputStream output, String name, byte[] content) throws IOException {
    ZipEntry entry = new JarEntry(name);
    entry.setTimeLocal(TIME);
    output.putNextEntry(entry);
    output.write(content);
    output.closeEntry();
  }
}
