package io.mayfly.dispatch.trace;

import io.mayfly.dispatch.InstanceDemand;
import io.mayfly.dispatch.KeepAlive;
import io.mayfly.dispatch.trace.Trace.TracedFunction;
import java.util.OptionalLong;
import java.util.PriorityQueue;

/**
 * One function of a trace under a keep-alive policy, with the platform's own {@link
 * InstanceDemand}: a call takes an idle instance, or has one started and pays for it with a cold
 * start; every second the policy is shown what was in use and asked what to stop and what to start.
 * An instance takes one call at a time. Seconds in which nothing can happen are passed over.
 */
final class Simulation {
  private static final double NANOS = 1e9;
  private static final double NEVER = Double.POSITIVE_INFINITY;

  /** The platform asks every second, and a start is over in less than another. */
  static final long AHEAD = 2_000_000_000L;

  /**
   * What came of it.
   *
   * @param cold calls that found no instance
   * @param prewarmed instances that were started ahead of a call
   * @param idle megabytes of idle instances × seconds
   * @param busy megabytes of instances that served × seconds
   */
  record Result(long calls, long cold, long prewarmed, double idle, double busy) {
    static final Result NONE = new Result(0, 0, 0, 0, 0);

    Result plus(Result other) {
      return new Result(
          calls + other.calls,
          cold + other.cold,
          prewarmed + other.prewarmed,
          idle + other.idle,
          busy + other.busy);
    }
  }

  private final TracedFunction function;
  private final InstanceDemand demand;
  private final double from;
  private final double to;

  /** When the calls that run will end. */
  private final PriorityQueue<Double> ends = new PriorityQueue<>();

  private double now;
  private int next;
  private int idle;
  private int mostBusy;
  private double lastEnd;
  private long calls;
  private long cold;
  private long prewarmed;
  private double idleSeconds;
  private double busySeconds;

  /**
   * @param demand what is known of the function at the beginning
   * @param from when counting begins, in seconds; until then the policy learns
   */
  Simulation(TracedFunction function, InstanceDemand demand, double from, double to) {
    this.function = function;
    this.demand = demand;
    this.from = from;
    this.to = to;
  }

  /** A whole trace, judged from some time on; what was before is there to learn from. */
  static Result of(Trace trace, KeepAlive keepAlive, double from) {
    return trace.functions().parallelStream()
        .map(
            function ->
                new Simulation(
                        function,
                        new InstanceDemand(keepAlive, function.memory()),
                        from,
                        trace.seconds())
                    .run())
        .reduce(Result.NONE, Result::plus);
  }

  /**
   * The same, for a policy that has seen the idle times of the time it is judged by beforehand, and
   * no others: what the policy could do if there was nothing to learn.
   */
  static Result withHindsight(Trace trace, KeepAlive keepAlive, double from) {
    return trace.functions().parallelStream()
        .map(
            function -> {
              InstanceDemand seen = new InstanceDemand(keepAlive, function.memory());
              var _ = new Simulation(function.since(from), seen, from, trace.seconds()).run();
              return new Simulation(function, seen.forNextRevision(), from, trace.seconds()).run();
            })
        .reduce(Result.NONE, Result::plus);
  }

  Result run() {
    double tick = 1;
    while (true) {
      double end = ends.isEmpty() ? NEVER : ends.peek();
      double call = next < function.starts().length ? function.starts()[next] : NEVER;
      double first = Math.min(tick, Math.min(call, end));
      if (first >= to) {
        break;
      }
      advance(first);
      if (end == first) {
        end();
      } else if (call == first) {
        begin();
      } else {
        tick();
        tick = afterTick(tick);
        continue;
      }
      tick = Math.min(tick, Math.floor(first) + 1);
    }
    advance(to);
    double megabytes = function.memory().bytes() / (double) (1 << 20);
    return new Result(calls, cold, prewarmed, idleSeconds * megabytes, busySeconds * megabytes);
  }

  private void advance(double time) {
    double counted = time - Math.max(now, from);
    if (counted > 0) {
      idleSeconds += counted * idle;
      busySeconds += counted * ends.size();
    }
    now = time;
  }

  private void begin() {
    boolean found = idle > 0;
    if (found) {
      idle--;
    }
    if (now >= from) {
      calls++;
      cold += found ? 0 : 1;
    }
    ends.add(Math.max(now, function.ends()[next]));
    next++;
    mostBusy = Math.max(mostBusy, ends.size());
  }

  private void end() {
    ends.remove();
    idle++;
    lastEnd = now;
  }

  private void tick() {
    demand.observe(mostBusy, ends.size(), nanos(lastEnd), nanos(now));
    mostBusy = ends.size();
    InstanceDemand.Decision decision = demand.decide(idle, nanos(now), AHEAD);
    idle = Math.min(idle, decision.keep()) + decision.start();
    prewarmed += now >= from ? decision.start() : 0;
  }

  /** The next whole second at which there may be something to do if no call comes or ends. */
  private double afterTick(double tick) {
    OptionalLong change = demand.nextDecision(nanos(tick), AHEAD);
    return change.isEmpty() ? NEVER : Math.max(tick + 1, Math.ceil(change.getAsLong() / NANOS));
  }

  private static long nanos(double seconds) {
    return Math.round(seconds * NANOS);
  }
}
