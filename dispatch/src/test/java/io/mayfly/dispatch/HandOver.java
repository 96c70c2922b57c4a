package io.mayfly.dispatch;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionConfig;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.sandbox.InstanceSpec;
import io.mayfly.sandbox.Startup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What a pool's hand-over must keep when two threads meet in it, for jcstress to try: a call that
 * waits gets an instance, none has two calls at once, and nothing is left once the pool is retired.
 * The first number of a result is 0 if all of that is so, the second tells who came first.
 */
public final class HandOver {
  private static final FunctionConfig CONFIG =
      DispatchHarness.of((instance, invocation) -> DispatchHarness.success("1"))
          .deploy(DispatchHarness.NAME);

  private HandOver() {}

  /** A pool with one instance, and who calls it. */
  abstract static class Scene {
    final FunctionPool pool = new FunctionPool(CONFIG, Optional.empty(), new Parallelism(2));
    final AtomicInteger breaches = new AtomicInteger();
    final FakeSandbox sandbox =
        new FakeSandbox(spec -> (instance, invocation) -> DispatchHarness.success("1"));
    final Caller first = new Caller(this);

    /** An instance comes, and the first caller has it. */
    Scene() {
      first.claim();
      startFor(first);
    }

    private void startFor(Caller caller) {
      if (caller.starts) {
        caller.starts = false;
        start();
      }
    }

    final void start() {
      pool.addInstance();
      FakeSandbox.FakeInstance made = (FakeSandbox.FakeInstance) sandbox.start(spec());
      PooledInstance instance =
          new PooledInstance(made, new InstanceLog((bytes, offset, length) -> {}), 1, false);
      made.whenGone(() -> pool.gone(Optional.of(instance)));
      pool.started(new StartResult.Ready(instance, Startup.NONE), 0, 1);
    }

    private static InstanceSpec spec() {
      return new InstanceSpec(
          "test",
          new RuntimeLaunch(List.of("x"), List.of(), Map.of(), RuntimeLaunch.Channel.RUNTIME_API),
          Path.of("/code"),
          Map.of(),
          DataSize.ofMegabytes(128),
          DataSize.ofMegabytes(512),
          1,
          (bytes, offset, length) -> {});
    }

    /** Ends every call and the pool, and counts what does not come out even. */
    final int wrongs(Caller... callers) {
      for (int round = 0; round < callers.length; round++) {
        for (Caller caller : callers) {
          startFor(caller);
          caller.giveBack();
        }
      }
      int unserved = 0;
      for (Caller caller : callers) {
        unserved += caller.served() ? 0 : 1;
      }
      boolean drained = pool.retire().isDone();
      return breaches.get() + unserved + (drained && sandbox.present() == 0 ? 0 : 1);
    }
  }

  /** One call. */
  static final class Caller {
    private final Scene scene;
    private final AtomicReference<@Nullable PooledInstance> instance = new AtomicReference<>();
    private final AtomicInteger given = new AtomicInteger();

    /** Whether it was told to have an instance started. */
    private boolean starts;

    /** Whether there was an instance at once, and whether the pool was over. */
    private boolean warm;

    private boolean refused;

    Caller(Scene scene) {
      this.scene = scene;
    }

    void claim() {
      switch (scene.pool.claim(
          what -> take(((Seat.Given.Served) what).instance()), Duration.ofHours(1).toNanos())) {
        case FunctionPool.Claim.Warm(PooledInstance idle) -> {
          warm = true;
          take(idle);
        }
        case FunctionPool.Claim.Queued queued -> starts = queued.start();
        case FunctionPool.Claim.Retired() -> refused = true;
      }
    }

    private void take(PooledInstance got) {
      given.incrementAndGet();
      instance.set(got);
      FakeSandbox.FakeInstance held = (FakeSandbox.FakeInstance) got.instance();
      if (held.calls.incrementAndGet() > 1) {
        scene.breaches.incrementAndGet();
      }
    }

    void giveBack() {
      PooledInstance had = instance.getAndSet(null);
      if (had != null) {
        ((FakeSandbox.FakeInstance) had.instance()).calls.decrementAndGet();
        if (scene.pool.giveBack(had, Duration.ofHours(2).toNanos(), 0, 1, true)) {
          scene.start();
        }
      }
    }

    boolean served() {
      return refused ? given.get() == 0 : given.get() == 1;
    }
  }

  /** A call comes just as the only instance becomes free. */
  @JCStressTest
  @State
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE)
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE)
  @Outcome(expect = Expect.FORBIDDEN)
  public static class ClaimAndGiveBack extends Scene {
    private final Caller second = new Caller(this);

    @Actor
    public void giveBack() {
      first.giveBack();
    }

    @Actor
    public void claim() {
      second.claim();
    }

    @Arbiter
    public void even(II_Result result) {
      result.r2 = second.warm ? 1 : 0;
      result.r1 = wrongs(first, second);
    }
  }

  /** Two calls come for one idle instance. */
  @JCStressTest
  @State
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE)
  @Outcome(id = "0, 2", expect = Expect.ACCEPTABLE)
  @Outcome(expect = Expect.FORBIDDEN)
  public static class TwoClaims extends Scene {
    private final Caller second = new Caller(this);
    private final Caller third = new Caller(this);

    public TwoClaims() {
      first.giveBack();
    }

    @Actor
    public void one() {
      second.claim();
    }

    @Actor
    public void other() {
      third.claim();
    }

    @Arbiter
    public void even(II_Result result) {
      result.r2 = (second.warm ? 1 : 0) + (third.warm ? 2 : 0);
      result.r1 = wrongs(first, second, third);
    }
  }

  /** A call comes just as the function's code is replaced. */
  @JCStressTest
  @State
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE)
  @Outcome(id = "0, 2", expect = Expect.ACCEPTABLE)
  @Outcome(expect = Expect.FORBIDDEN)
  public static class ClaimAndRetire extends Scene {
    private final Caller second = new Caller(this);

    public ClaimAndRetire() {
      first.giveBack();
    }

    @Actor
    public void claim() {
      second.claim();
    }

    @Actor
    public void retire() {
      var _ = pool.retire();
    }

    @Arbiter
    public void even(II_Result result) {
      result.r2 = (second.warm ? 1 : 0) + (second.refused ? 2 : 0);
      result.r1 = wrongs(first, second);
    }
  }

  /** A call comes just as the idle instance has had its time. */
  @JCStressTest
  @State
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE)
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE)
  @Outcome(expect = Expect.FORBIDDEN)
  public static class ClaimAndStop extends Scene {
    private final Caller second = new Caller(this);
    private int stopped;

    public ClaimAndStop() {
      first.giveBack();
    }

    @Actor
    public void claim() {
      second.claim();
    }

    @Actor
    public void stop() {
      stopped = pool.keepIdle(0);
    }

    @Arbiter
    public void even(II_Result result) {
      result.r2 = second.warm ? 1 : 0;
      // Either the call has it or it is stopped.
      int both = second.warm == (stopped == 1) ? 1 : 0;
      result.r1 = both + wrongs(first, second);
    }
  }

  /** The only instance becomes free just as it dies, and a call waits for it. */
  @JCStressTest
  @State
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE)
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE)
  @Outcome(expect = Expect.FORBIDDEN)
  public static class GiveBackAndDeath extends Scene {
    private final Caller second = new Caller(this);
    private final PooledInstance only = Objects.requireNonNull(first.instance.get());

    public GiveBackAndDeath() {
      second.claim();
    }

    @Actor
    public void giveBack() {
      first.giveBack();
    }

    @Actor
    public void die() {
      only.stop();
    }

    @Arbiter
    public void even(II_Result result) {
      PooledInstance got = second.instance.get();
      result.r2 = got == only ? 1 : 0;
      result.r1 = wrongs(first, second);
    }
  }

  /** Somebody looks after a call that waits just as the instance it waits for becomes free. */
  @JCStressTest
  @State
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE)
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE)
  @Outcome(expect = Expect.FORBIDDEN)
  public static class LookAndGiveBack extends Scene {
    private final Caller second = new Caller(this);
    private int starts;

    public LookAndGiveBack() {
      second.claim();
      if (second.starts) {
        // That start is lost: the call has nobody but who looks, and who gives back.
        second.starts = false;
        pool.refused(new IllegalStateException("no room"), 0);
      }
    }

    @Actor
    public void giveBack() {
      first.giveBack();
    }

    @Actor
    public void look() {
      starts = pool.look(Duration.ofHours(2).toNanos()).starts();
    }

    @Arbiter
    public void even(II_Result result) {
      result.r2 = starts;
      for (int i = 0; i < starts; i++) {
        start();
      }
      result.r1 = wrongs(first, second);
    }
  }
}
