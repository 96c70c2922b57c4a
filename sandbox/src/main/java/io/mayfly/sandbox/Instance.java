package io.mayfly.sandbox;

import io.mayfly.model.DataSize;
import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One execution environment: a jail with a runtime in it that has been given one function.
 *
 * <p>{@code starting → idle ⇄ busy → gone}; an idle one may be frozen. No more invocations at a
 * time than its {@link InstanceSpec} says; the caller sees to that. After an outcome that says the
 * instance is gone, its processes, cgroup, mounts and sockets are gone too or on their way, and
 * every further call answers {@link Outcome.Exited} or the like at once.
 */
public interface Instance {
  /** Unique within the platform's life, and safe in file names. */
  String id();

  /**
   * Waits until the runtime has loaded the handler and asks for its first event.
   *
   * @param limit how long it may take; past it the instance is stopped
   * @return empty once it is ready, otherwise why it never will be; the instance is gone then
   */
  Optional<Outcome> awaitReady(Duration limit);

  /** How long it took from its start to ready, part by part; nothing until then. */
  Startup startup();

  /**
   * Gives the handler an event; {@code answer} gets what comes of it, once, at the latest shortly
   * after the invocation's deadline. Then the whole instance is killed, unless it takes several
   * calls at a time: its other calls go on, and it is for the caller to {@link #stop} it after
   * them.
   *
   * <p>Waits for nothing but a frozen instance to be thawed. The answer comes on a thread that
   * serves many instances and must not block. Everything the instance wrote before it answered has
   * reached its {@link LogSink} by then, unless it writes faster than it can be read. If this
   * throws, there is no answer.
   *
   * @param stream where the response goes, on the same threads, if the handler streams it; the
   *     answer says then how it ended, and has no payload. Chunks may still come when the answer
   *     has, if it was not the handler that ended the call.
   */
  void invoke(Invocation invocation, ResponseSink stream, Consumer<Outcome> answer);

  /**
   * Calls back once all that belongs to a call that has its answer is over, so that the instance
   * can take another: its extensions may still be at work. At once where there are none. Runs on a
   * thread that must not block.
   */
  default void afterCall(Runnable next) {
    next.run();
  }

  /** Its extensions and how far they are, in the order in which they were started or came. */
  default List<ExtensionStatus> extensions() {
    return List.of();
  }

  /**
   * Stops every process of an idle instance where it is, so that it uses no CPU; the next {@link
   * #invoke} lets them go on first. Does nothing to an instance that is not idle, and where there
   * is no isolation.
   */
  void freeze();

  /** Whether it can serve calls, if it is not as busy as it can be. */
  boolean usable();

  /** The most memory it has used so far. */
  DataSize peakMemory();

  /**
   * Calls back once when the instance is gone, whatever the reason; at once if it already is. Runs
   * on a thread of the sandbox's; must not block.
   */
  void whenGone(Runnable callback);

  /** Kills every process of the instance and frees what it held. Safe to call twice. */
  void stop();

  /** The same for want of memory: its extensions are not told first, which takes time. */
  default void stopAtOnce() {
    stop();
  }
}
