package io.mayfly.sandbox;

import java.util.List;

/**
 * A system call by its number on the two processors this module knows.
 *
 * @param amd64 the number on x86-64, or {@link #NONE}
 * @param aarch64 the number on 64-bit ARM, or {@link #NONE}
 */
record SystemCall(String name, int amd64, int aarch64) {
  static final int NONE = -1;

  static final SystemCall CLONE = new SystemCall("clone", 56, 220);
  static final SystemCall CLONE3 = new SystemCall("clone3", 435, 435);
  static final SystemCall UNSHARE = new SystemCall("unshare", 272, 97);
  static final SystemCall IOCTL = new SystemCall("ioctl", 16, 29);
  static final SystemCall SOCKET = new SystemCall("socket", 41, 198);
  static final SystemCall PERSONALITY = new SystemCall("personality", 135, 92);

  /** The newest call that was looked at (mseal, Linux 6.10); later ones are answered ENOSYS. */
  static final int NEWEST = 462;

  /**
   * Calls that no handler needs and that widen what hostile code can reach in the kernel: other
   * file systems and namespaces, other processes' memory, the machine's clock, modules and power,
   * and interfaces with a long record of privilege escalations.
   */
  static final List<SystemCall> REFUSED =
      List.of(
          new SystemCall("mount", 165, 40),
          new SystemCall("umount2", 166, 39),
          new SystemCall("pivot_root", 155, 41),
          new SystemCall("chroot", 161, 51),
          new SystemCall("open_tree", 428, 428),
          new SystemCall("move_mount", 429, 429),
          new SystemCall("fsopen", 430, 430),
          new SystemCall("fsconfig", 431, 431),
          new SystemCall("fsmount", 432, 432),
          new SystemCall("fspick", 433, 433),
          new SystemCall("mount_setattr", 442, 442),
          new SystemCall("statmount", 457, 457),
          new SystemCall("listmount", 458, 458),
          new SystemCall("setns", 308, 268),
          new SystemCall("name_to_handle_at", 303, 264),
          new SystemCall("open_by_handle_at", 304, 265),
          new SystemCall("quotactl", 179, 60),
          new SystemCall("quotactl_fd", 443, 443),
          new SystemCall("fanotify_init", 300, 262),
          new SystemCall("ptrace", 101, 117),
          new SystemCall("process_vm_readv", 310, 270),
          new SystemCall("process_vm_writev", 311, 271),
          new SystemCall("pidfd_getfd", 438, 438),
          new SystemCall("kcmp", 312, 272),
          new SystemCall("bpf", 321, 280),
          new SystemCall("perf_event_open", 298, 241),
          new SystemCall("userfaultfd", 323, 282),
          new SystemCall("io_uring_setup", 425, 425),
          new SystemCall("io_uring_enter", 426, 426),
          new SystemCall("io_uring_register", 427, 427),
          new SystemCall("add_key", 248, 217),
          new SystemCall("request_key", 249, 218),
          new SystemCall("keyctl", 250, 219),
          new SystemCall("move_pages", 279, 239),
          new SystemCall("migrate_pages", 256, 238),
          new SystemCall("kexec_load", 246, 104),
          new SystemCall("kexec_file_load", 320, 294),
          new SystemCall("create_module", 174, NONE),
          new SystemCall("init_module", 175, 105),
          new SystemCall("finit_module", 313, 273),
          new SystemCall("delete_module", 176, 106),
          new SystemCall("query_module", 178, NONE),
          new SystemCall("get_kernel_syms", 177, NONE),
          new SystemCall("reboot", 169, 142),
          new SystemCall("swapon", 167, 224),
          new SystemCall("swapoff", 168, 225),
          new SystemCall("settimeofday", 164, 170),
          new SystemCall("clock_settime", 227, 112),
          new SystemCall("adjtimex", 159, 171),
          new SystemCall("clock_adjtime", 305, 266),
          new SystemCall("sethostname", 170, 161),
          new SystemCall("setdomainname", 171, 162),
          new SystemCall("iopl", 172, NONE),
          new SystemCall("ioperm", 173, NONE),
          new SystemCall("modify_ldt", 154, NONE),
          new SystemCall("uselib", 134, NONE),
          new SystemCall("sysfs", 139, NONE),
          new SystemCall("_sysctl", 156, NONE),
          new SystemCall("acct", 163, 89),
          new SystemCall("syslog", 103, 116),
          new SystemCall("nfsservctl", 180, 42),
          new SystemCall("lookup_dcookie", 212, 18),
          new SystemCall("vhangup", 153, 58));
}
