package io.mayfly.sandbox;

import io.mayfly.model.DataSize;

/** What holds the processes of one instance together. Its methods are for any thread. */
interface Containment {
  /** Called once the instance has been initialised: soon it gets no more CPU than it pays for. */
  void ready();

  /** Stops every process where it is. */
  void freeze();

  /** Lets frozen processes go on. */
  void thaw();

  /** The most memory the processes have used so far. */
  DataSize peakMemory();

  /**
   * Whether memory has run out since the last question. Costs a microsecond. The kernel raises the
   * alarm before it kills, so nobody can have noticed the death who has not been told.
   */
  boolean memoryAlarm();

  /** Whether memory ran out and the kernel killed a process for it. */
  boolean ranOutOfMemory();

  /**
   * Asks a process to end (SIGTERM), if it is one of these.
   *
   * @param pid its number where it lives
   */
  void terminate(int pid);

  /** Kills every process. */
  void kill();

  /** Frees what the processes were held with, once the first of them has ended; may block. */
  void release();
}
