package io.mayfly.runtimes.java;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The function's classes: its folder, its {@code lib/*.jar}, its layers' {@code java/lib/*.jar}.
 */
final class FunctionClasses {
  private FunctionClasses() {}

  static URLClassLoader loader(Path task, Path layers, ClassLoader parent) throws IOException {
    List<URL> urls = new ArrayList<>();
    urls.add(URI.create("file:" + task.toUri().getRawPath() + "/").normalize().toURL());
    addJars(task.resolve("lib"), urls);
    addJars(layers.resolve("java/lib"), urls);
    return new URLClassLoader(urls.toArray(URL[]::new), parent);
  }

  private static void addJars(Path folder, List<URL> urls) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
        urls.add(jar.toUri().toURL());
      }
    }
  }
}
