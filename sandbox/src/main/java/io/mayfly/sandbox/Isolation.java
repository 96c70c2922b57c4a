package io.mayfly.sandbox;

/** How instances are kept apart from the machine and from each other. */
public enum Isolation {
  /** Namespaces, control groups, a system call filter and a user of its own for each instance. */
  JAIL,
  /**
   * Plain processes that can do whatever the platform's user can, without limits of memory, CPU,
   * disk or processes. For code one trusts on machines that cannot jail.
   */
  NONE
}
