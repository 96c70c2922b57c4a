package io.mayfly.dispatch;

import io.mayfly.model.DataSize;
import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import io.mayfly.sandbox.Instance;
import io.mayfly.sandbox.InstanceSpec;
import io.mayfly.sandbox.MemoryState;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sandbox.Spare;
import io.mayfly.sandbox.SpareSpec;
import io.mayfly.sandbox.Startup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A sandbox without processes: its instances live in memory and do what the test's program says.
 * Keeps the contract of {@link Instance}, and counts every breach of it by its user.
 */
final class FakeSandbox implements Sandbox {
  /** What runs in an instance. */
  interface Program {
    /** Loads; empty once ready, otherwise why it never will be. */
    default Optional<Outcome> load(Duration limit) {
      return Optional.empty();
    }

    /** Takes an event; what it throws is the sandbox's own failure. */
    default void take(Invocation invocation) {}

    /** Stops where it is; may take its time. */
    default void freeze() {}

    /** Answers one event. */
    Outcome answer(FakeInstance instance, Invocation invocation);

    /** Answers one event, and may stream the response. */
    default Outcome answer(FakeInstance instance, Invocation invocation, ResponseSink stream) {
      return answer(instance, invocation);
    }
  }

  final List<FakeInstance> started = new CopyOnWriteArrayList<>();
  final List<FakeSpare> spares = new CopyOnWriteArrayList<>();
  final List<SpareSpec> expected = new CopyOnWriteArrayList<>();
  final AtomicInteger breaches = new AtomicInteger();
  final AtomicReference<MemoryState> memory =
      new AtomicReference<>(
          new MemoryState(DataSize.ofMegabytes(4000), DataSize.ofMegabytes(3000), false));
  private final Function<InstanceSpec, Program> programs;

  FakeSandbox(Function<InstanceSpec, Program> programs) {
    this.programs = programs;
  }

  @Override
  public Instance start(InstanceSpec spec) {
    FakeInstance instance = new FakeInstance(spec, programs.apply(spec));
    started.add(instance);
    return instance;
  }

  @Override
  public void expect(SpareSpec spec) {
    expected.add(spec);
  }

  /** Spares that become instances like any other. */
  @Override
  public Optional<Spare> prepare(SpareSpec spec) {
    FakeSpare spare = new FakeSpare(spec);
    spares.add(spare);
    return Optional.of(spare);
  }

  final class FakeSpare implements Spare {
    final SpareSpec spec;
    private final AtomicBoolean over = new AtomicBoolean();

    FakeSpare(SpareSpec spec) {
      this.spec = spec;
    }

    @Override
    public boolean awaitPrepared(Duration limit) {
      return usable();
    }

    @Override
    public Instance specialise(InstanceSpec function) {
      if (!over.compareAndSet(false, true)
          || !function.launch().equals(spec.launch())
          || !function.ephemeralStorage().equals(spec.ephemeralStorage())) {
        breaches.incrementAndGet();
      }
      return start(function);
    }

    @Override
    public boolean usable() {
      return !over.get();
    }

    @Override
    public void stop() {
      over.set(true);
    }
  }

  @Override
  public MemoryState memory() {
    return memory.get();
  }

  long present() {
    return started.stream().filter(instance -> !instance.gone()).count();
  }

  @Override
  public void close() {
    started.forEach(FakeInstance::stop);
  }

  final class FakeInstance implements Instance {
    final InstanceSpec spec;
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger freezes = new AtomicInteger();
    private final Program program;
    final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private final List<Runnable> callbacks = new ArrayList<>();
    private boolean gone;
    volatile boolean stoppedAtOnce;

    FakeInstance(InstanceSpec spec, Program program) {
      this.spec = spec;
      this.program = program;
    }

    @Override
    public String id() {
      return "fake-" + started.indexOf(this);
    }

    @Override
    public Optional<Outcome> awaitReady(Duration limit) {
      Optional<Outcome> failure = program.load(limit);
      if (failure.isPresent()) {
        stop();
      }
      return failure;
    }

    @Override
    public Startup startup() {
      return new Startup(
          Duration.ofMillis(4), Duration.ZERO, Duration.ofMillis(5), Duration.ofMillis(3));
    }

    @Override
    public void invoke(Invocation invocation, ResponseSink stream, Consumer<Outcome> answer) {
      program.take(invocation);
      Thread.ofVirtual().start(() -> answer.accept(handle(invocation, stream)));
    }

    private Outcome handle(Invocation invocation, ResponseSink stream) {
      int running = busy.incrementAndGet();
      most.accumulateAndGet(running, Math::max);
      int capacity = spec.callsAtATime();
      // One of several calls may end the instance just as another comes.
      if (running > capacity || (gone() && capacity == 1)) {
        breaches.incrementAndGet();
      }
      calls.incrementAndGet();
      Outcome outcome = program.answer(this, invocation, stream);
      busy.decrementAndGet();
      switch (outcome) {
        case Outcome.Success _, Outcome.HandlerError _, Outcome.ResponseTooLarge _ -> {}
        case Outcome.InitError _,
            Outcome.Exited _,
            Outcome.OutOfMemory _,
            Outcome.ExtensionError _,
            Outcome.BadResponse _ ->
            stop();
        case Outcome.TimedOut _ -> {
          if (capacity == 1) {
            stop();
          }
        }
      }
      return outcome;
    }

    @Override
    public void freeze() {
      program.freeze();
      freezes.incrementAndGet();
    }

    void print(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      spec.logs().write(bytes, 0, bytes.length);
    }

    @Override
    public boolean usable() {
      return !gone();
    }

    synchronized boolean gone() {
      return gone;
    }

    @Override
    public DataSize peakMemory() {
      return DataSize.ofMegabytes(33);
    }

    @Override
    public void whenGone(Runnable callback) {
      synchronized (this) {
        if (!gone) {
          callbacks.add(callback);
          return;
        }
      }
      callback.run();
    }

    @Override
    public void stopAtOnce() {
      stoppedAtOnce = true;
      stop();
    }

    @Override
    public void stop() {
      List<Runnable> calling;
      synchronized (this) {
        if (gone) {
          return;
        }
        gone = true;
        calling = List.copyOf(callbacks);
      }
      calling.forEach(Runnable::run);
    }
  }
}
