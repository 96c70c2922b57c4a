package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * What an instance's extensions make of the phases of its life: of its init, in which they register
 * before the runtime starts; of its calls, which are over when they have done with them; and of its
 * shutdown, in which they hear of it in time.
 *
 * <p>Any thread may call; {@link #init} and {@link #shutDown} wait.
 */
final class ExtensionPhases {
  /** Which process of a jail becomes the runtime, where nothing else is started before it. */
  private static final int RUNTIME = 2;

  private final Extensions extensions;
  private final Runnable startRuntime;
  private final Containment containment;
  private final ShutdownLimits limits;

  /** The runtime's process, by its number in the jail; 0 if there is none yet. */
  private volatile int runtime;

  /** Calls whose callers have no answer yet. */
  private final Set<Unanswered> unanswered = ConcurrentHashMap.newKeySet();

  /**
   * @param startRuntime starts the runtime once they have registered; empty if it is started by
   *     itself
   */
  ExtensionPhases(
      Extensions extensions,
      Optional<Runnable> startRuntime,
      Containment containment,
      ShutdownLimits limits) {
    this.extensions = extensions;
    this.startRuntime = startRuntime.orElse(() -> {});
    this.runtime = startRuntime.isPresent() ? 0 : RUNTIME;
    this.containment = containment;
    this.limits = limits;
  }

  /** Whether there are any, registered or about to. */
  boolean any() {
    return extensions.any();
  }

  /** How far each is. */
  List<ExtensionStatus> statuses() {
    return extensions.statuses();
  }

  /**
   * Hears what becomes of the processes of an instance with external extensions.
   *
   * @param ended hears how the runtime's has ended, as a shell has it
   */
  ReportPipe.Listener reports(IntConsumer ended) {
    return new ReportPipe.Listener() {
      @Override
      public void runtimeStarted(int pid) {
        runtime = runtime == 0 ? Math.max(0, pid) : runtime;
      }

      @Override
      public void extensionEnded(int program, int status) {
        extensions.ended(program, status);
      }

      @Override
      public void runtimeEnded(int status) {
        extensions.runtimeEnded();
        ended.accept(status);
      }
    };
  }

  /** First the external extensions register, then the runtime starts, and all get ready. */
  Optional<Outcome> init(RuntimeChannel channel) throws RuntimeChannel.ChannelClosedException {
    Optional<Outcome> failure = extensions.awaitRegistered();
    if (failure.isEmpty()) {
      failure = start();
    }
    if (failure.isEmpty()) {
      failure = channel.awaitReady();
    }
    if (failure.isEmpty()) {
      failure = extensions.awaitReady();
    }
    telemetry().ifPresent(Telemetry::closeSubscriptions);
    return failure;
  }

  /** Starts the runtime; what fails there is the doing of those that run already. */
  private Optional<Outcome> start() {
    try {
      startRuntime.run();
      return Optional.empty();
    } catch (PosixException e) {
      return Optional.of(new Outcome.BadResponse("its runtime was not started: " + e.getMessage()));
    }
  }

  private Optional<Telemetry> telemetry() {
    return extensions.spec().telemetry();
  }

  /**
   * Tells extensions that a call begins.
   *
   * @return hears its answer and passes the first one on: its runtime's, or that the instance ends
   */
  Consumer<Outcome> invoke(Invocation invocation, Consumer<Outcome> caller) {
    Unanswered call = new Unanswered(caller);
    unanswered.add(call);
    extensions.invoke(invocation);
    return call;
  }

  /** A call that is answered once: by its runtime, or because the instance ends. */
  private final class Unanswered implements Consumer<Outcome> {
    private final Consumer<Outcome> answer;

    Unanswered(Consumer<Outcome> answer) {
      this.answer = answer;
    }

    @Override
    public void accept(Outcome outcome) {
      if (unanswered.remove(this)) {
        answer.accept(outcome);
      }
    }
  }

  /** Calls back once every extension has done with the call; at once if the instance is over. */
  void whenSettled(Runnable callback) {
    extensions.whenSettled(callback);
  }

  /**
   * Ends the instance as Lambda does, up to its processes: the runtime is asked to end, then the
   * extensions are told, and this waits until they have ended or their time is over ("Shutdown
   * phase" in the developer guide).
   *
   * @param call hears of each call that is to have its answer, before anything is waited for
   * @param thaw lets the processes run
   */
  void shutDown(Extensions.ShutdownReason why, Consumer<Consumer<Outcome>> call, Runnable thaw) {
    long start = System.nanoTime();
    extensions.ending();
    unanswered.forEach(call);
    thaw.run();
    boolean external = extensions.external();
    if (runtime != 0) {
      containment.terminate(runtime);
      extensions.awaitRuntimeEnd(limits.runtime(external).toNanos());
    }
    // What is still to be said goes before the last event.
    telemetry().ifPresent(Telemetry::flush);
    Duration left = limits.whole(external).minusNanos(System.nanoTime() - start);
    extensions.shutDown(why, Instant.now().plus(left));
    extensions.awaitEnds(left.toNanos());
  }

  /** The instance is gone. */
  void close() {
    extensions.close();
    telemetry().ifPresent(Telemetry::close);
  }
}
