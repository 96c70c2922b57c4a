package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionVersion;
import java.nio.file.Path;
import java.util.Optional;

/** Where the dispatcher learns what to run. Called on every invocation, so answered from memory. */
public interface FunctionSource {
  /**
   * The configuration that serves calls of a version now; the same object until it changes.
   *
   * @throws io.mayfly.model.MayflyException if there is none, or it cannot be invoked
   */
  FunctionConfig serving(FunctionVersion version);

  /** The folder with the unpacked code. Called for cold starts only; may touch the disk. */
  Path code(FunctionConfig config);

  /** The folder with all of its layers together, if it has any. Called as {@link #code} is. */
  Optional<Path> layers(FunctionConfig config);
}
