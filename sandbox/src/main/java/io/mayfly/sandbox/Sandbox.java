package io.mayfly.sandbox;

import java.util.Optional;

/** Makes instances. Safe for use by many threads. */
public interface Sandbox extends AutoCloseable {
  /**
   * Starts an instance and returns as soon as its first process runs; {@link Instance#awaitReady}
   * tells when it can serve.
   *
   * @throws io.mayfly.model.MayflyException if the machine cannot start one, saying why
   */
  Instance start(InstanceSpec spec);

  /**
   * Says that instances of a kind may be started soon: what they are made from is got ready in the
   * background. Costs next to nothing where that is so already.
   */
  void expect(SpareSpec spec);

  /**
   * Starts to prepare a spare and returns as soon as its first process runs; {@link
   * Spare#awaitPrepared} tells when it can be given a function.
   *
   * @return empty if this sandbox prepares none, on this machine or at all
   * @throws io.mayfly.model.MayflyException if the machine cannot start one, saying why
   */
  Optional<Spare> prepare(SpareSpec spec);

  /** How much memory there is for instances. */
  MemoryState memory();

  /**
   * Stops every instance and every spare and leaves no process, mount, cgroup or network namespace
   * behind.
   */
  @Override
  void close();
}
