package io.mayfly.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The system call filter of a jail, as a program for the kernel's classic BPF machine (seccomp(2)).
 *
 * <p>The program reads a {@code struct seccomp_data} and goes from the most certain to the rest: a
 * foreign processor mode kills the process, unknown calls do not exist, {@link SystemCall#REFUSED}
 * are not permitted, a few calls depend on an argument, and everything else is allowed. The kernel
 * remembers which calls are allowed whatever their arguments, so the length of the list costs
 * nothing on the usual calls.
 *
 * @param processor whose numbers the filter knows
 */
record SeccompFilter(Processor processor) {
  /** The processors for which there is a filter. */
  enum Processor {
    AMD64(0xC000_003E),
    AARCH64(0xC000_00B7);

    private final int auditArchitecture;

    Processor(int auditArchitecture) {
      this.auditArchitecture = auditArchitecture;
    }

    /** The processor this runs on. */
    static Processor current() {
      return switch (System.getProperty("os.arch")) {
        case "amd64" -> AMD64;
        case "aarch64" -> AARCH64;
        default ->
            throw new UnsupportedOperationException(
                "no system call filter for processor " + System.getProperty("os.arch"));
      };
    }

    private int number(SystemCall call) {
      return this == AMD64 ? call.amd64() : call.aarch64();
    }
  }

  private static final int INSTRUCTION_BYTES = 8;

  // struct seccomp_data: int nr, u32 arch, u64 instruction_pointer, u64 args[6], little-endian.
  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int ARGUMENTS = 16;

  private static final int LOAD_WORD = 0x20;
  private static final int JUMP_EQUAL = 0x15;
  private static final int JUMP_GREATER = 0x25;
  private static final int JUMP_GREATER_OR_EQUAL = 0x35;
  private static final int JUMP_ANY_BIT = 0x45;
  private static final int RETURN = 0x06;

  private static final int ALLOW = 0x7FFF_0000;
  private static final int KILL_PROCESS = 0x8000_0000;
  private static final int ERRNO = 0x0005_0000;
  private static final int NOT_PERMITTED = ERRNO | Errno.EPERM;
  private static final int NO_SUCH_CALL = ERRNO | Errno.ENOSYS;
  private static final int NO_SUCH_FAMILY = ERRNO | 97;

  // Calls of the x32 mode share x86-64's architecture and are told by this bit.
  private static final int X32_BIT = 0x4000_0000;
  // All CLONE_NEW flags but CLONE_NEWTIME, whose bit in clone(2) is part of the exit signal.
  private static final int NEW_NAMESPACES = 0x7E02_0000;
  private static final int NEW_TIME = 0x80;
  private static final int TIOCSTI = 0x5412;
  private static final int TIOCLINUX = 0x541C;
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int AF_NETLINK = 16;
  private static final int NETLINK_ROUTE = 0;

  /** The program as bwrap's {@code --seccomp} takes it: an array of struct sock_filter. */
  byte[] program() {
    List<Instruction> code = new ArrayList<>();
    code.add(load(ARCHITECTURE));
    code.add(new Instruction(JUMP_EQUAL, 1, 0, processor.auditArchitecture));
    code.add(answer(KILL_PROCESS));
    code.add(load(NUMBER));
    if (processor == Processor.AMD64) {
      answerIf(code, JUMP_GREATER_OR_EQUAL, X32_BIT, KILL_PROCESS);
    }
    answerIf(code, JUMP_GREATER, SystemCall.NEWEST, NO_SUCH_CALL);
    // clone3's flags are in memory, where a filter cannot look; C libraries then use clone.
    answerIf(code, JUMP_EQUAL, processor.number(SystemCall.CLONE3), NO_SUCH_CALL);
    for (SystemCall call : SystemCall.REFUSED) {
      if (processor.number(call) != SystemCall.NONE) {
        answerIf(code, JUMP_EQUAL, processor.number(call), NOT_PERMITTED);
      }
    }
    onCall(code, SystemCall.CLONE, cloning());
    onCall(code, SystemCall.UNSHARE, unsharing());
    onCall(code, SystemCall.IOCTL, terminalControl());
    onCall(code, SystemCall.PERSONALITY, personality());
    onCall(code, SystemCall.SOCKET, socket());
    code.add(answer(ALLOW));
    ByteBuffer bytes =
        ByteBuffer.allocate(code.size() * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    code.forEach(instruction -> instruction.write(bytes));
    return bytes.array();
  }

  private static List<Instruction> cloning() {
    List<Instruction> code = new ArrayList<>();
    code.add(argument(0));
    answerIf(code, JUMP_ANY_BIT, NEW_NAMESPACES, NOT_PERMITTED);
    code.add(answer(ALLOW));
    return code;
  }

  private static List<Instruction> unsharing() {
    List<Instruction> code = new ArrayList<>();
    code.add(argument(0));
    answerIf(code, JUMP_ANY_BIT, NEW_NAMESPACES | NEW_TIME, NOT_PERMITTED);
    code.add(answer(ALLOW));
    return code;
  }

  /** Writing into a terminal's input is a way out of a jail that shares the terminal. */
  private static List<Instruction> terminalControl() {
    List<Instruction> code = new ArrayList<>();
    code.add(argument(1));
    answerIf(code, JUMP_EQUAL, TIOCSTI, NOT_PERMITTED);
    answerIf(code, JUMP_EQUAL, TIOCLINUX, NOT_PERMITTED);
    code.add(answer(ALLOW));
    return code;
  }

  /** Asking for the current personality and setting the usual one are allowed. */
  private static List<Instruction> personality() {
    List<Instruction> code = new ArrayList<>();
    code.add(argument(0));
    answerIf(code, JUMP_EQUAL, 0, ALLOW);
    answerIf(code, JUMP_EQUAL, 0xFFFF_FFFF, ALLOW);
    code.add(answer(NOT_PERMITTED));
    return code;
  }

  /** Netlink is for asking about routes and addresses, which some runtimes do. */
  private static List<Instruction> socket() {
    List<Instruction> code = new ArrayList<>();
    code.add(argument(0));
    answerIf(code, JUMP_EQUAL, AF_UNIX, ALLOW);
    answerIf(code, JUMP_EQUAL, AF_INET, ALLOW);
    answerIf(code, JUMP_EQUAL, AF_INET6, ALLOW);
    code.add(new Instruction(JUMP_EQUAL, 1, 0, AF_NETLINK));
    code.add(answer(NO_SUCH_FAMILY));
    code.add(argument(2));
    answerIf(code, JUMP_EQUAL, NETLINK_ROUTE, ALLOW);
    code.add(answer(NO_SUCH_FAMILY));
    return code;
  }

  /** Runs {@code body}, which answers in every case, for one call. */
  private void onCall(List<Instruction> code, SystemCall call, List<Instruction> body) {
    code.add(new Instruction(JUMP_EQUAL, 0, body.size(), processor.number(call)));
    code.addAll(body);
  }

  private static void answerIf(List<Instruction> code, int jump, int value, int answer) {
    code.add(new Instruction(jump, 0, 1, value));
    code.add(answer(answer));
  }

  private static Instruction answer(int value) {
    return new Instruction(RETURN, 0, 0, value);
  }

  /** The lower half of an argument; the kernel ignores the upper half of those looked at here. */
  private static Instruction argument(int index) {
    return load(ARGUMENTS + 8 * index);
  }

  private static Instruction load(int offset) {
    return new Instruction(LOAD_WORD, 0, 0, offset);
  }

  /**
   * One struct sock_filter.
   *
   * @param ifTrue how many instructions a jump skips if its comparison holds
   * @param ifFalse how many if it does not
   */
  private record Instruction(int code, int ifTrue, int ifFalse, int value) {
    void write(ByteBuffer to) {
      to.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(value);
    }
  }
}
