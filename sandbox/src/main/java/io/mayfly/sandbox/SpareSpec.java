package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.runtimes.RuntimeLaunch;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a spare is made of.
 *
 * @param launch the program of the functions it is for
 * @param started whether the program is started; it must be one that can wait for its function
 *     ({@link RuntimeLaunch#canWait}). Otherwise the jail alone waits.
 * @param environment variables the program is started with beside the launch's, the same for every
 *     function; without a program, none
 * @param ephemeralStorage the size of {@code /tmp}
 * @param code the code of the one function it is for; without, it is for any function and gets its
 *     code with it
 */
public record SpareSpec(
    RuntimeLaunch launch,
    boolean started,
    Map<String, String> environment,
    DataSize ephemeralStorage,
    Optional<Path> code) {
  /** A spare for any function. */
  public SpareSpec(
      RuntimeLaunch launch,
      boolean started,
      Map<String, String> environment,
      DataSize ephemeralStorage) {
    this(launch, started, environment, ephemeralStorage, Optional.empty());
  }
}
