package io.mayfly.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Starts a program with exactly the file descriptors it is given, by posix_spawn(3).
 *
 * <p>The JDK's own process builder gives a program three pipes and its threads to watch them; a
 * jail needs other descriptors, and thousands of jails need fewer threads. The JDK opens its
 * sockets and files without close-on-exec, so everything above the given descriptors is closed in
 * the child.
 */
final class Spawn {
  /** The child leads a session of its own, so that it and its children can be killed as a group. */
  static final int NEW_SESSION = 0x80;

  private static final int SET_SIGNAL_DEFAULTS = 0x04;
  private static final int SET_SIGNAL_MASK = 0x08;
  // glibc's and musl's structures are smaller than this.
  private static final long STRUCTURE_BYTES = 512;

  private static final MethodHandle SPAWN =
      Posix.call("posix_spawn", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle ACTIONS_INIT =
      Posix.call("posix_spawn_file_actions_init", JAVA_INT, ADDRESS);
  private static final MethodHandle ACTIONS_DESTROY =
      Posix.call("posix_spawn_file_actions_destroy", JAVA_INT, ADDRESS);
  private static final MethodHandle ADD_DUP2 =
      Posix.call("posix_spawn_file_actions_adddup2", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle ADD_CLOSE_FROM =
      Posix.call("posix_spawn_file_actions_addclosefrom_np", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle ADD_CHDIR =
      Posix.call("posix_spawn_file_actions_addchdir_np", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle ATTRIBUTES_INIT =
      Posix.call("posix_spawnattr_init", JAVA_INT, ADDRESS);
  private static final MethodHandle ATTRIBUTES_DESTROY =
      Posix.call("posix_spawnattr_destroy", JAVA_INT, ADDRESS);
  private static final MethodHandle SET_FLAGS =
      Posix.call("posix_spawnattr_setflags", JAVA_INT, ADDRESS, JAVA_SHORT);
  private static final MethodHandle SET_DEFAULTS =
      Posix.call("posix_spawnattr_setsigdefault", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle FILL_SIGNALS = Posix.call("sigfillset", JAVA_INT, ADDRESS);

  private Spawn() {}

  /**
   * Starts the plan's program as a child of the calling thread.
   *
   * @return the child's process id
   * @throws PosixException if the program cannot be started
   */
  static int start(Launcher.Plan plan) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(STRUCTURE_BYTES, 16);
      MemorySegment attributes = arena.allocate(STRUCTURE_BYTES, 16);
      MemorySegment signals = arena.allocate(STRUCTURE_BYTES, 16);
      MemorySegment pid = arena.allocate(JAVA_INT);
      must((scope, state) -> (int) ACTIONS_INIT.invokeExact(state, actions));
      must((scope, state) -> (int) ATTRIBUTES_INIT.invokeExact(state, attributes));
      try {
        arrange(actions, plan.descriptors(), plan.directory());
        must((scope, state) -> (int) FILL_SIGNALS.invokeExact(state, signals));
        must((scope, state) -> (int) SET_DEFAULTS.invokeExact(state, attributes, signals));
        // The attributes' signal mask starts out empty, which is what the child shall have.
        short all = (short) (plan.spawnFlags() | SET_SIGNAL_DEFAULTS | SET_SIGNAL_MASK);
        must((scope, state) -> (int) SET_FLAGS.invokeExact(state, attributes, all));
        MemorySegment arguments = strings(arena, plan.command());
        MemorySegment variables = strings(arena, plan.environment());
        String program = plan.command().getFirst();
        Posix.run(
            "start " + program,
            (scope, state) -> {
              int error =
                  (int)
                      SPAWN.invokeExact(
                          state,
                          pid,
                          scope.allocateFrom(program),
                          actions,
                          attributes,
                          arguments,
                          variables);
              if (error != 0) {
                throw new PosixException("start " + program, error);
              }
              return 0;
            });
        return pid.get(JAVA_INT, 0);
      } finally {
        must((scope, state) -> (int) ACTIONS_DESTROY.invokeExact(state, actions));
        must((scope, state) -> (int) ATTRIBUTES_DESTROY.invokeExact(state, attributes));
      }
    }
  }

  /**
   * Our descriptors are first copied above all targets, because a target may be the number of
   * another's source.
   */
  private static void arrange(
      MemorySegment actions, Map<Integer, Integer> descriptors, String directory) {
    int free = descriptors.keySet().stream().mapToInt(Integer::intValue).max().orElse(2) + 1;
    Map<Integer, Integer> copies = new TreeMap<>();
    int above =
        Math.max(
            free, descriptors.values().stream().mapToInt(Integer::intValue).max().orElse(0) + 1);
    for (Map.Entry<Integer, Integer> entry : descriptors.entrySet()) {
      duplicate(actions, entry.getValue(), above);
      copies.put(entry.getKey(), above);
      above++;
    }
    copies.forEach((target, copy) -> duplicate(actions, copy, target));
    must((scope, state) -> (int) ADD_CLOSE_FROM.invokeExact(state, actions, free));
    must(
        (scope, state) ->
            (int) ADD_CHDIR.invokeExact(state, actions, scope.allocateFrom(directory)));
  }

  private static void duplicate(MemorySegment actions, int from, int to) {
    must((scope, state) -> (int) ADD_DUP2.invokeExact(state, actions, from, to));
  }

  private static MemorySegment strings(Arena arena, List<String> texts) {
    MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
    for (int index = 0; index < texts.size(); index++) {
      array.setAtIndex(ADDRESS, index, arena.allocateFrom(texts.get(index)));
    }
    return array;
  }

  /** The spawn functions answer an error number instead of setting it. */
  private static void must(Posix.Call call) {
    long error = Posix.run("prepare a program's start", call);
    if (error != 0) {
      throw new PosixException("prepare a program's start", (int) error);
    }
  }
}
