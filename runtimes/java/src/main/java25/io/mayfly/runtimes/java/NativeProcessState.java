package io.mayfly.runtimes.java;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/** {@code setenv(3)} and {@code chdir(2)}. Compiled for JDK 25, and not loaded on older ones. */
final class NativeProcessState implements ProcessState {
  private final MethodHandle setenv =
      function(
          "setenv",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private final MethodHandle chdir =
      function("chdir", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

  private static MethodHandle function(String name, FunctionDescriptor shape) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape);
  }

  @Override
  public void change(Map<String, String> variables, String folder) throws IOException {
    int failures = 0;
    try (Arena arena = Arena.ofConfined()) {
      for (Map.Entry<String, String> each : variables.entrySet()) {
        failures +=
            (int)
                setenv.invokeExact(
                    arena.allocateFrom(each.getKey()), arena.allocateFrom(each.getValue()), 1);
      }
      failures += (int) chdir.invokeExact(arena.allocateFrom(folder));
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
    if (failures != 0) {
      throw new IOException("the function's variables and folder could not be taken over");
    }
  }
}
