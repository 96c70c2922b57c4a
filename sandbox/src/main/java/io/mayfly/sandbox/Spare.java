package io.mayfly.sandbox;

import java.time.Duration;

/**
 * An instance to be: a jail that has been built, with the runtime started in it where that is
 * possible, waiting for its function. It is given one at most once, and what has served a function
 * never becomes a spare again.
 */
public interface Spare {
  /**
   * Waits until it can be given a function.
   *
   * @param limit how long that may take; past it the spare is stopped
   * @return false if it ended instead
   */
  boolean awaitPrepared(Duration limit);

  /**
   * Gives it its function: code, environment, limits and log. The spare must be prepared, and of
   * the same launch and ephemeral storage as the function asks for; where no program is started
   * yet, the function's launch may have another command and a mount at {@link
   * io.mayfly.runtimes.RuntimeLaunch#TRAINED}.
   *
   * @return an instance as {@link Sandbox#start} gives one; its init is under way
   * @throws io.mayfly.model.MayflyException if it cannot be given; the spare is stopped then
   */
  Instance specialise(InstanceSpec spec);

  /** Whether it has not ended. */
  boolean usable();

  /** Kills every process of the spare and frees what it held. */
  void stop();
}
