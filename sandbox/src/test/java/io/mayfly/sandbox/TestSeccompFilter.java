package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.sandbox.SeccompFilter.Processor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The filters of both processors, run by a small BPF machine; the one of this machine also meets
 * the kernel, in {@link TestJailSecurity}.
 */
final class TestSeccompFilter {
  private static final int ALLOW = 0x7FFF_0000;
  private static final int KILL = 0x8000_0000;
  private static final int EPERM = 0x0005_0001;
  private static final int ENOSYS = 0x0005_0026;
  private static final int EAFNOSUPPORT = 0x0005_0061;

  private static int architecture(Processor processor) {
    return processor == Processor.AMD64 ? 0xC000_003E : 0xC000_00B7;
  }

  private static int number(Processor processor, SystemCall call) {
    return processor == Processor.AMD64 ? call.amd64() : call.aarch64();
  }

  /** What the filter answers to a call. */
  private static int run(Processor processor, int architecture, int number, long... arguments) {
    ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    data.putInt(number).putInt(architecture).putLong(0);
    for (long argument : arguments) {
      data.putLong(argument);
    }
    ByteBuffer program =
        ByteBuffer.wrap(new SeccompFilter(processor).program()).order(ByteOrder.LITTLE_ENDIAN);
    int accumulator = 0;
    int at = 0;
    while (true) {
      int code = program.getShort(at * 8);
      int ifTrue = program.get(at * 8 + 2) & 0xFF;
      int ifFalse = program.get(at * 8 + 3) & 0xFF;
      int value = program.getInt(at * 8 + 4);
      at++;
      int compared = Integer.compareUnsigned(accumulator, value);
      switch (code) {
        case 0x20 -> accumulator = data.getInt(value);
        case 0x15 -> at += compared == 0 ? ifTrue : ifFalse;
        case 0x25 -> at += compared > 0 ? ifTrue : ifFalse;
        case 0x35 -> at += compared >= 0 ? ifTrue : ifFalse;
        case 0x45 -> at += (accumulator & value) != 0 ? ifTrue : ifFalse;
        case 0x06 -> {
          return value;
        }
        default -> throw new AssertionError("instruction " + code);
      }
    }
  }

  private static int run(Processor processor, SystemCall call, long... arguments) {
    return run(processor, architecture(processor), number(processor, call), arguments);
  }

  @ParameterizedTest
  @EnumSource(Processor.class)
  void everyCallOfTheListIsRefused(Processor processor) {
    for (SystemCall call : SystemCall.REFUSED) {
      if (number(processor, call) != SystemCall.NONE) {
        assertThat(run(processor, call)).as(call.name()).isEqualTo(EPERM);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Processor.class)
  void usualCallsAreAllowed(Processor processor) {
    int exitGroup = processor == Processor.AMD64 ? 231 : 94;
    int openat = processor == Processor.AMD64 ? 257 : 56;
    int pidfdOpen = 434;
    for (int number : new int[] {exitGroup, openat, pidfdOpen, SystemCall.NEWEST}) {
      assertThat(run(processor, architecture(processor), number)).isEqualTo(ALLOW);
    }
  }

  @ParameterizedTest
  @EnumSource(Processor.class)
  void foreignModesKill(Processor processor) {
    int i386 = 0x4000_0003;
    int arm = 0x4000_0028;
    assertThat(run(processor, i386, 1)).isEqualTo(KILL);
    assertThat(run(processor, arm, 1)).isEqualTo(KILL);
    int x32 = run(processor, architecture(processor), 0x4000_0000 + 39);
    assertThat(x32).isEqualTo(processor == Processor.AMD64 ? KILL : ENOSYS);
  }

  @ParameterizedTest
  @EnumSource(Processor.class)
  void newCallsDoNotExist(Processor processor) {
    assertThat(run(processor, SystemCall.CLONE3)).isEqualTo(ENOSYS);
    int unknown = SystemCall.NEWEST + 1;
    assertThat(run(processor, architecture(processor), unknown)).isEqualTo(ENOSYS);
  }

  @ParameterizedTest
  @EnumSource(Processor.class)
  void threadsMayBeMadeButNoNamespaces(Processor processor) {
    int thread = 0x3D0F00;
    assertThat(run(processor, SystemCall.CLONE, thread)).isEqualTo(ALLOW);
    assertThat(run(processor, SystemCall.CLONE, 0x1000_0011)).isEqualTo(EPERM);
    assertThat(run(processor, SystemCall.UNSHARE, 0x400)).isEqualTo(ALLOW);
    assertThat(run(processor, SystemCall.UNSHARE, 0x80)).isEqualTo(EPERM);
    assertThat(run(processor, SystemCall.UNSHARE, 0x0002_0000)).isEqualTo(EPERM);
  }

  @ParameterizedTest
  @EnumSource(Processor.class)
  void argumentsDecideOverTerminalsPersonalitiesAndSockets(Processor processor) {
    assertThat(run(processor, SystemCall.IOCTL, 0, 0x5401)).isEqualTo(ALLOW);
    assertThat(run(processor, SystemCall.IOCTL, 0, 0x5412)).isEqualTo(EPERM);
    // The kernel looks at the lower half only, so the upper one must not hide anything.
    assertThat(run(processor, SystemCall.IOCTL, 0, 0x1_0000_5412L)).isEqualTo(EPERM);
    assertThat(run(processor, SystemCall.PERSONALITY, 0xFFFF_FFFFL)).isEqualTo(ALLOW);
    assertThat(run(processor, SystemCall.PERSONALITY, 0x0040_0000)).isEqualTo(EPERM);
    assertThat(run(processor, SystemCall.SOCKET, 2, 1, 0)).isEqualTo(ALLOW);
    assertThat(run(processor, SystemCall.SOCKET, 16, 3, 0)).isEqualTo(ALLOW);
    assertThat(run(processor, SystemCall.SOCKET, 16, 3, 9)).isEqualTo(EAFNOSUPPORT);
    assertThat(run(processor, SystemCall.SOCKET, 17, 3, 0)).isEqualTo(EAFNOSUPPORT);
    assertThat(run(processor, SystemCall.SOCKET, 40, 1, 0)).isEqualTo(EAFNOSUPPORT);
  }
}
