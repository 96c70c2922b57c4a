package io.mayfly.sandbox;

/** Makes the sandbox that a configuration asks for. */
public final class Sandboxes {
  private Sandboxes() {}

  /**
   * Looks at what the machine can do, removes what an earlier platform on the same data directory
   * left behind, and makes a sandbox.
   *
   * @param watcher for what instances say; to be closed after the sandbox
   * @throws io.mayfly.model.MayflyException if the machine cannot isolate instances as asked,
   *     saying what is missing and what to do
   */
  public static Sandbox open(SandboxConfig config, SocketWatcher watcher) {
    return switch (config.isolation()) {
      case JAIL -> SandboxPreflight.jailed(config, watcher);
      case NONE -> SandboxPreflight.plain(config, watcher);
    };
  }
}
