package io.mayfly.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an instance's extensions are, and what they are told of their function.
 *
 * @param programs the names of the external ones, files in {@code /opt/extensions}; they are
 *     started before the runtime
 * @param account the function's account
 * @param logs takes what the programs write
 * @param telemetry what they can subscribe to; empty where there is none
 */
public record ExtensionsSpec(
    List<String> programs,
    String functionName,
    String functionVersion,
    String handler,
    String account,
    LogSink logs,
    Optional<Telemetry> telemetry) {
  /** How many extensions an instance may have, of both kinds together. */
  public static final int MOST = 10;

  /** Where their programs lie in the layers. */
  private static final String FOLDER = "extensions";

  /**
   * The external extensions of a function.
   *
   * @param layers what its instances have at {@code /opt}, as a folder on the host
   */
  public static List<String> programs(Optional<Path> layers) {
    Optional<Path> folder = layers.map(opt -> opt.resolve(FOLDER)).filter(Files::isDirectory);
    if (folder.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.get())) {
      return files
          .filter(file -> !Files.isDirectory(file))
          .map(file -> String.valueOf(file.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("the extensions in " + folder.get() + " cannot be listed", e);
    }
  }
}
