package io.mayfly.sandbox;

/** The Linux error numbers that this module tells apart; the same on x86-64 and aarch64. */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int EINVAL = 22;
  static final int EPIPE = 32;
  static final int ENOSYS = 38;

  /** The number's name and meaning, for messages. */
  static String name(int errno) {
    return switch (errno) {
      case EPERM -> "operation not permitted (EPERM)";
      case ENOENT -> "no such file (ENOENT)";
      case ESRCH -> "no such process (ESRCH)";
      case EINTR -> "interrupted (EINTR)";
      case EAGAIN -> "a limit was reached (EAGAIN)";
      case EACCES -> "permission denied (EACCES)";
      case EBUSY -> "in use (EBUSY)";
      case EINVAL -> "invalid argument (EINVAL)";
      case ENOSYS -> "this kernel does not have it (ENOSYS)";
      case 12 -> "out of memory (ENOMEM)";
      case 24 -> "too many open files in this process, see ulimit -n (EMFILE)";
      case 28 -> "no space left (ENOSPC)";
      default -> "errno " + errno;
    };
  }

  private Errno() {}
}
