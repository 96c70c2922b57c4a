package io.mayfly.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A function of the C library that takes up to six numbers or addresses and answers one.
 *
 * <p>All of them are called through one method handle of one shape, because making a handle takes
 * 10 ms when the platform starts and there are forty functions. Both processors this module knows
 * pass the first six arguments in registers, whole, wherever a narrower or no parameter is
 * declared, and variadic ones the same way (System V ABI for x86-64, AAPCS64 on Linux), so that a
 * call with more or wider arguments than the function has is the same call.
 */
record CFunction(String name, MemorySegment address) {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final MethodHandle CALL =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.captureCallState("errno"));

  /** The function of this name in the C library. */
  static CFunction named(String name) {
    return new CFunction(
        name,
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no " + name)));
  }

  /** The same function, whose failures say what it was called for. */
  CFunction about(String subject) {
    return new CFunction(name + " " + subject, address);
  }

  int call() {
    return call(0);
  }

  int call(long first) {
    return call(first, 0);
  }

  int call(long first, long second) {
    return call(first, second, 0);
  }

  int call(long first, long second, long third) {
    return call(first, second, third, 0, 0, 0);
  }

  /**
   * Calls a function whose result is an {@code int}; a negative one is its failure.
   *
   * @throws PosixException with the error number it left
   */
  int call(long first, long second, long third, long fourth, long fifth, long sixth) {
    // The upper half of the register that an int comes back in holds anything.
    int result = (int) invoke(true, first, second, third, fourth, fifth, sixth);
    if (result < 0) {
      throw new PosixException(name, -result);
    }
    return result;
  }

  /** The same for a function whose result is a {@code long}. */
  long callLong(long first, long second, long third) {
    return callLong(first, second, third, 0, 0, 0);
  }

  /** The same for a function whose result is a {@code long}. */
  long callLong(long first, long second, long third, long fourth, long fifth, long sixth) {
    long result = invoke(false, first, second, third, fourth, fifth, sixth);
    if (result < 0) {
      throw new PosixException(name, (int) -result);
    }
    return result;
  }

  /**
   * The same for a call that often fails as a matter of course, as reading what is not there yet
   * does: the result or, negative, the error number.
   */
  long attemptLong(long first, long second, long third) {
    return invoke(false, first, second, third, 0, 0, 0);
  }

  /** The result or, negative, the error number: the convention of Linux system calls. */
  private long invoke(
      boolean narrow, long first, long second, long third, long fourth, long fifth, long sixth) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long whole =
          (long) CALL.invokeExact(address, state, first, second, third, fourth, fifth, sixth);
      long result = narrow ? (int) whole : whole;
      return result < 0 ? -state.get(JAVA_INT, 0) : result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a C function threw", e);
    }
  }
}
