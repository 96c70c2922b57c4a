package io.mayfly.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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

  private static final CFunction SPAWN = CFunction.named("posix_spawn");
  private static final CFunction ACTIONS_INIT = CFunction.named("posix_spawn_file_actions_init");
  private static final CFunction ACTIONS_DESTROY =
      CFunction.named("posix_spawn_file_actions_destroy");
  private static final CFunction ADD_DUP2 = CFunction.named("posix_spawn_file_actions_adddup2");
  private static final CFunction ADD_CLOSE_FROM =
      CFunction.named("posix_spawn_file_actions_addclosefrom_np");
  private static final CFunction ADD_CHDIR =
      CFunction.named("posix_spawn_file_actions_addchdir_np");
  private static final CFunction ATTRIBUTES_INIT = CFunction.named("posix_spawnattr_init");
  private static final CFunction ATTRIBUTES_DESTROY = CFunction.named("posix_spawnattr_destroy");
  private static final CFunction SET_FLAGS = CFunction.named("posix_spawnattr_setflags");
  private static final CFunction SET_DEFAULTS = CFunction.named("posix_spawnattr_setsigdefault");
  private static final CFunction FILL_SIGNALS = CFunction.named("sigfillset");

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
      must(ACTIONS_INIT.call(actions.address()));
      must(ATTRIBUTES_INIT.call(attributes.address()));
      try {
        arrange(arena, actions, plan.descriptors(), plan.directory());
        FILL_SIGNALS.call(signals.address());
        must(SET_DEFAULTS.call(attributes.address(), signals.address()));
        // The attributes' signal mask starts out empty, which is what the child shall have.
        int all = plan.spawnFlags() | SET_SIGNAL_DEFAULTS | SET_SIGNAL_MASK;
        must(SET_FLAGS.call(attributes.address(), all));
        String program = plan.command().getFirst();
        int error =
            SPAWN.call(
                pid.address(),
                arena.allocateFrom(program).address(),
                actions.address(),
                attributes.address(),
                strings(arena, plan.command()).address(),
                strings(arena, plan.environment()).address());
        if (error != 0) {
          throw new PosixException("start " + program, error);
        }
        return pid.get(JAVA_INT, 0);
      } finally {
        must(ACTIONS_DESTROY.call(actions.address()));
        must(ATTRIBUTES_DESTROY.call(attributes.address()));
      }
    }
  }

  /**
   * Our descriptors are first copied above all targets, because a target may be the number of
   * another's source.
   */
  private static void arrange(
      Arena arena, MemorySegment actions, Map<Integer, Integer> descriptors, String directory) {
    int free = descriptors.size();
    if (!descriptors.keySet().stream().allMatch(target -> target >= 0 && target < free)) {
      throw new IllegalArgumentException("a gap in " + descriptors + " would let ours through");
    }
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
    must(ADD_CLOSE_FROM.call(actions.address(), free));
    must(ADD_CHDIR.call(actions.address(), arena.allocateFrom(directory).address()));
  }

  private static void duplicate(MemorySegment actions, int from, int to) {
    must(ADD_DUP2.call(actions.address(), from, to));
  }

  private static MemorySegment strings(Arena arena, List<String> texts) {
    MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
    for (int index = 0; index < texts.size(); index++) {
      array.setAtIndex(ADDRESS, index, arena.allocateFrom(texts.get(index)));
    }
    return array;
  }

  /** The spawn functions answer an error number instead of setting it. */
  private static void must(int error) {
    if (error != 0) {
      throw new PosixException("prepare a program's start", error);
    }
  }
}
