package io.mayfly.sandbox;

import java.nio.file.Path;

/**
 * What a sandbox needs to know.
 *
 * @param dataDirectory the platform's data directory; instances' disks are made in its {@code
 *     scratch} folder, and its path tells this platform's processes and control groups from another
 *     platform's
 * @param shutdown how long jailed instances with extensions may take to end
 */
public record SandboxConfig(Path dataDirectory, Isolation isolation, ShutdownLimits shutdown) {
  public SandboxConfig(Path dataDirectory, Isolation isolation) {
    this(dataDirectory, isolation, ShutdownLimits.LAMBDA);
  }

  /** A name for this platform among others on the same machine: the same at every start. */
  String platformName() {
    String path = dataDirectory.toAbsolutePath().normalize().toString();
    return "mayfly-" + Digest.shortHash(path);
  }
}
