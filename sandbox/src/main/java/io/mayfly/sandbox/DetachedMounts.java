package io.mayfly.sandbox;

import java.lang.foreign.Arena;
import java.util.List;

/**
 * File systems that are mounted nowhere yet: a descriptor holds them until a process attaches them
 * in its own mount namespace (fsopen(2), fsconfig(2), fsmount(2), Linux 5.2).
 */
final class DetachedMounts {
  static final long NO_SUID = 2;
  static final long NO_DEVICES = 4;
  static final long NO_ACCESS_TIMES = 16;

  private static final int SYS_FSOPEN = 430;
  private static final int SYS_FSCONFIG = 431;
  private static final int SYS_FSMOUNT = 432;
  private static final int CLOSE_ON_EXEC = 1;
  private static final int SET_FLAG = 0;
  private static final int SET_STRING = 1;
  private static final int CREATE = 6;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_REMOVEDIR = 0x200;

  private static final CFunction SYSCALL = CFunction.named("syscall");
  private static final CFunction CHOWN = CFunction.named("fchownat");
  private static final CFunction UNLINK = CFunction.named("unlinkat");

  private DetachedMounts() {}

  /**
   * A file system on a block device.
   *
   * @param options names of options that are on or off
   * @param attributes what the mount refuses
   * @return a descriptor of the mount
   */
  static int ofDevice(String type, String device, List<String> options, long attributes) {
    try (Arena arena = Arena.ofConfined()) {
      int context =
          (int)
              SYSCALL
                  .about("fsopen " + type)
                  .callLong(SYS_FSOPEN, arena.allocateFrom(type).address(), CLOSE_ON_EXEC);
      try {
        configure(arena, context, SET_STRING, "source", device);
        for (String option : options) {
          configure(arena, context, SET_FLAG, option, "");
        }
        configure(arena, context, CREATE, "", "");
        return (int)
            SYSCALL
                .about("fsmount " + device)
                .callLong(SYS_FSMOUNT, context, CLOSE_ON_EXEC, attributes, 0, 0);
      } finally {
        Posix.close(context);
      }
    }
  }

  private static void configure(Arena arena, int context, int what, String key, String value) {
    SYSCALL
        .about("fsconfig " + key + " " + value)
        .callLong(SYS_FSCONFIG, context, what, optional(arena, key), optional(arena, value), 0);
  }

  private static long optional(Arena arena, String text) {
    return text.isEmpty() ? 0 : arena.allocateFrom(text).address();
  }

  /** Gives the top folder of a mount to a user. */
  static void changeOwner(int mount, int owner) {
    try (Arena arena = Arena.ofConfined()) {
      CHOWN
          .about("the top of a mount")
          .call(mount, arena.allocateFrom("").address(), owner, owner, AT_EMPTY_PATH, 0);
    }
  }

  /** Removes an empty folder at the top of a mount. */
  static void removeFolder(int mount, String name) {
    try (Arena arena = Arena.ofConfined()) {
      UNLINK.about(name).call(mount, arena.allocateFrom(name).address(), AT_REMOVEDIR);
    }
  }
}
