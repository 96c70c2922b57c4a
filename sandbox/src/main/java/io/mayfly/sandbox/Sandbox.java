package io.mayfly.sandbox;

/** Makes instances. Safe for use by many threads. */
public interface Sandbox extends AutoCloseable {
  /**
   * Starts an instance and returns as soon as its first process runs; {@link Instance#awaitReady}
   * tells when it can serve.
   *
   * @throws io.mayfly.model.MayflyException if the machine cannot start one, saying why
   */
  Instance start(InstanceSpec spec);

  /** Stops every instance and leaves no process, mount, cgroup or network namespace behind. */
  @Override
  void close();
}
