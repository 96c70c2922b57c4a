package io.mayfly.dispatch;

import io.mayfly.model.DataSize;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How many instances of one function are wanted beside those in use, from what its calls were like.
 *
 * <p>A function's instances are told apart by the order in which they are needed: the third is the
 * one that is in use while three are. Each has idle times of its own, which depend on the calls
 * alone and not on what was kept: from when there were too few calls for it until there are enough
 * again. So a burst every hour keeps nothing warm beside the one instance that trickling calls
 * need, and is expected all the same an hour later. The higher the order, the more instances share
 * one histogram.
 *
 * <p>A pure object that is told the time, in nanoseconds of a monotonic clock, and is to be shown
 * every second or so what was in use. For one thread at a time. Takes some 400 bytes for a function
 * that needs one instance and at most 4 KB at rest.
 */
public final class InstanceDemand {
  /** No time: what is compared with it is what a clock never shows. */
  private static final long NEVER = Long.MIN_VALUE;

  /** A tick's call may come a little before it (clocks differ) and for so long after it. */
  private static final long TICK_EARLY = 1_000_000_000L;

  private static final long TICK_LATE = 5_000_000_000L;

  /** Instances beyond are not told apart, and wanted as little as those of unknown functions. */
  private static final int MOST_ORDERS = 1 << 14;

  /** What is remembered of the instances of a function that has none. */
  private static final int ORDERS_AT_REST = 64;

  private final KeepAlive keepAlive;
  private DataSize memory;

  /** When the instance of each order, from 0, was last given back; NEVER if in use or unknown. */
  private long[] idleSince = {NEVER};

  /** The histograms, and what follows from them; null where nothing is known. */
  private @Nullable Row[] rows = {};

  private int inUse;

  /** How many orders have ever been in use. */
  private int orders;

  private long tick = NEVER;

  /** The tick after it, which is taken up when it is over. */
  private long nextTick = NEVER;

  /** The histogram that some orders share. */
  private static final class Row {
    /** A plan is made anew after so many more idle times, and sooner while there have been few. */
    private static final int MOST_NEWS = 8;

    final IdleTimes times;
    private long plan;
    private int news;
    private int newsUntilPlan;

    Row(IdleTimes times) {
      this.times = times;
    }

    void learn(int bin) {
      times.add(bin);
      news++;
    }

    void outdate() {
      newsUntilPlan = 0;
    }

    long plan(KeepAlive keepAlive, DataSize memory) {
      if (news >= newsUntilPlan) {
        plan = keepAlive.plan(times, memory);
        news = 0;
        newsUntilPlan = Math.clamp(times.size() / 32, 1, MOST_NEWS);
      }
      return plan;
    }
  }

  /**
   * @param memory what one of its instances takes, as far as is known
   */
  public InstanceDemand(KeepAlive keepAlive, DataSize memory) {
    this.keepAlive = keepAlive;
    this.memory = memory;
  }

  /**
   * Shows what has been in use.
   *
   * @param most instances in use at the same moment at some time since this was last called
   * @param inUseNow how many are in use now
   * @param lastEnd when the last of those was given back that are no longer in use
   */
  public void observe(int most, int inUseNow, long lastEnd, long now) {
    for (int order = inUse; order < most; order++) {
      taken(order, now);
    }
    for (int order = inUseNow; order < Math.max(most, inUse); order++) {
      givenBack(order, lastEnd);
    }
    inUse = inUseNow;
  }

  private void taken(int order, long now) {
    boolean expected = false;
    if (tick != NEVER && now - tick >= -TICK_EARLY) {
      expected = now - tick <= TICK_LATE;
      tick = nextTick;
      nextTick = NEVER;
    }
    if (order >= orders) {
      return;
    }
    long since = idleSince[order];
    idleSince[order] = NEVER;
    if (since == NEVER || expected || !keepAlive.learns()) {
      return;
    }
    int bin = keepAlive.scale().bin(now - since);
    if (bin > 0) {
      rowToLearn(row(order)).learn(bin);
    }
  }

  private Row rowToLearn(int index) {
    if (index >= rows.length) {
      rows = Arrays.copyOf(rows, index + 1);
    }
    Row row = rows[index];
    if (row == null) {
      row = new Row(new IdleTimes());
      rows[index] = row;
    }
    return row;
  }

  private void givenBack(int order, long when) {
    if (order >= MOST_ORDERS) {
      return;
    }
    if (order >= orders) {
      if (order >= idleSince.length) {
        int before = idleSince.length;
        idleSince = Arrays.copyOf(idleSince, Math.max(order + 1, 2 * before));
        Arrays.fill(idleSince, before, idleSince.length, NEVER);
      }
      orders = order + 1;
    }
    idleSince[order] = when;
  }

  /** The first four orders have a row each, then two rows share each octave. */
  private static int row(int order) {
    if (order < 4) {
      return order;
    }
    int octave = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(order);
    return 2 * octave + (order >>> (octave - 1) & 1);
  }

  /**
   * A timer will call the function at this time: an instance is wanted then. Known ticks teach
   * nothing about calls that nobody announces. Replaces the tick before if that is still to come;
   * one whose call may be on its way is waited for.
   */
  public void expect(long at, long now) {
    if (!keepAlive.learns()) {
      return;
    }
    if (tick != NEVER && now - tick >= 0 && now - tick <= TICK_LATE) {
      nextTick = at;
    } else {
      tick = at;
      nextTick = NEVER;
    }
  }

  /** Takes up the next tick if the one before is over and nobody has called for it. */
  private void turn(long now) {
    if (nextTick != NEVER && now - tick > TICK_LATE) {
      tick = nextTick;
      nextTick = NEVER;
    }
  }

  /** What one of the function's instances has been seen to take. */
  public void memory(DataSize measured) {
    long difference = Math.abs(measured.bytes() - memory.bytes());
    if (measured.bytes() > 0 && difference > memory.bytes() / 8) {
      memory = measured;
      for (Row row : rows) {
        if (row != null) {
          row.outdate();
        }
      }
    }
  }

  /**
   * What is to be done about the idle instances.
   *
   * @param keep how many of them at most are to stay; the others are to be stopped
   * @param start how many are to be started beside them, ahead of calls
   */
  public record Decision(int keep, int start) {}

  /**
   * Decides.
   *
   * @param idle how many are idle or being started
   * @param ahead in how many nanoseconds an instance that is started at the next decision will be
   *     ready: what is wanted until then is to be started now
   */
  public Decision decide(int idle, long now, long ahead) {
    turn(now);
    int soon = wanted(now + ahead);
    int start = keepAlive.learns() ? Math.max(0, soon - idle) : 0;
    return new Decision(Math.max(wanted(now), soon), start);
  }

  /** When {@link #decide} may answer otherwise if no call comes; empty if it will not. */
  public OptionalLong nextDecision(long now, long ahead) {
    turn(now);
    long change = nextChange(now);
    long changeAhead = nextChange(now + ahead);
    long next = sooner(change, changeAhead == NEVER ? NEVER : changeAhead - ahead);
    return next == NEVER ? OptionalLong.empty() : OptionalLong.of(next);
  }

  /** What one of the function's instances takes, as far as is known. */
  public DataSize memory() {
    return memory;
  }

  /** How many idle instances are wanted beside those in use. */
  public int wanted(long now) {
    int wanted = 0;
    for (int order = inUse; order < orders; order++) {
      if (idleSince[order] != NEVER) {
        int bin = keepAlive.scale().bin(now - idleSince[order]);
        wanted += (int) (plan(order) >>> bin & 1);
      }
    }
    return wanted == 0 && wantedForTick(now) ? 1 : wanted;
  }

  private boolean wantedForTick(long now) {
    if (tick == NEVER) {
      return false;
    }
    long late = now - tick;
    if (late >= 0) {
      return late <= TICK_LATE;
    }
    long since = inUse < orders ? idleSince[inUse] : NEVER;
    return since != NEVER && keepAlive.cheaperToKeep(tick - since, memory);
  }

  /** When the answer to {@link #wanted} may be another if no call comes; NEVER if it stays. */
  private long nextChange(long now) {
    long next = NEVER;
    for (int order = inUse; order < orders; order++) {
      if (idleSince[order] != NEVER) {
        next = sooner(next, nextChange(plan(order), idleSince[order], now));
      }
    }
    if (tick != NEVER) {
      long ahead = tick - now;
      if (ahead > 0) {
        next = sooner(next, tick);
      } else if (-ahead <= TICK_LATE) {
        next = sooner(next, tick + TICK_LATE + 1);
      }
    }
    return next;
  }

  private static long sooner(long one, long other) {
    return one == NEVER || (other != NEVER && other - one < 0) ? other : one;
  }

  private long nextChange(long plan, long since, long now) {
    int bin = keepAlive.scale().bin(now - since);
    boolean kept = (plan >>> bin & 1) == 1;
    // What is above the bin; the shift takes no more than 63 places.
    long changed = bin == Long.SIZE - 1 ? 0 : (kept ? ~plan : plan) & -2L << bin;
    return changed == 0
        ? NEVER
        : since + keepAlive.scale().start(Long.numberOfTrailingZeros(changed));
  }

  private long plan(int order) {
    Row row = rowIfKnown(order);
    return row == null ? keepAlive.unknown() : row.plan(keepAlive, memory);
  }

  private @Nullable Row rowIfKnown(int order) {
    int index = row(order);
    return index < rows.length ? rows[index] : null;
  }

  /**
   * What the last of so many idle instances is worth; see {@link KeepAlive#worth}.
   *
   * @param idle how many there are, from 1
   */
  public double worth(int idle, long now) {
    int order = inUse + idle - 1;
    if (order >= orders || idleSince[order] == NEVER) {
      return 0;
    }
    Row row = rowIfKnown(order);
    IdleTimes times = row == null ? new IdleTimes() : row.times;
    return keepAlive.worth(times, now - idleSince[order], memory);
  }

  /**
   * What is known, for another revision of the function: it has no instance yet, and none is wanted
   * before it is called or expected.
   */
  public InstanceDemand forNextRevision() {
    InstanceDemand next = new InstanceDemand(keepAlive, memory);
    next.rows = new Row[rows.length];
    for (int index = 0; index < rows.length; index++) {
      Row row = rows[index];
      next.rows[index] = row == null ? null : new Row(row.times.copy());
    }
    next.tick = tick;
    next.nextTick = nextTick;
    return next;
  }

  /** Lets go of what a function without an instance need not remember. */
  public void rest() {
    orders = Math.min(orders, ORDERS_AT_REST);
    idleSince = Arrays.copyOf(idleSince, Math.max(1, orders));
    rows = Arrays.copyOf(rows, Math.min(rows.length, row(ORDERS_AT_REST - 1) + 1));
  }
}
