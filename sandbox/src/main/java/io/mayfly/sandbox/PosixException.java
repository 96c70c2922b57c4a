package io.mayfly.sandbox;

/** A system call failed; {@link #errno()} says how. */
final class PosixException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int errno;

  PosixException(String call, int errno) {
    super(call + ": " + Errno.name(errno));
    this.errno = errno;
  }

  int errno() {
    return errno;
  }
}
