package io.mayfly.triggers;

import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionReference;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/**
 * Calls that alarms will make: of each function the next one is announced, so that an instance is
 * there. Safe for use by many threads.
 */
public final class ExpectedCalls {
  /** A version that an alarm will call. */
  private record Call(FunctionVersion function, Instant at, String key)
      implements Comparable<Call> {
    private static final Comparator<Call> ORDER =
        Comparator.comparing(Call::at).thenComparing(Call::key);

    @Override
    public int compareTo(Call other) {
      return ORDER.compare(this, other);
    }
  }

  private final BiFunction<FunctionName, Optional<String>, FunctionVersion> versions;
  private final BiConsumer<FunctionVersion, Instant> announce;
  private final Map<String, Set<Call>> calls = new HashMap<>();
  private final Map<FunctionVersion, TreeSet<Call>> byFunction = new HashMap<>();

  /**
   * @param versions gives the version that a qualifier stands for, or throws if there is none
   * @param announce is told when a version will be called next; must not block
   */
  public ExpectedCalls(
      BiFunction<FunctionName, Optional<String>, FunctionVersion> versions,
      BiConsumer<FunctionVersion, Instant> announce) {
    this.versions = versions;
    this.announce = announce;
  }

  /** An alarm will call functions at a moment, and none of those that it was to before. */
  public synchronized void expect(String key, Collection<String> functionArns, Instant at) {
    forget(key);
    for (String arn : functionArns) {
      FunctionReference.parse(arn)
          .flatMap(this::version)
          .ifPresent(function -> add(new Call(function, at, key)));
    }
  }

  private void add(Call call) {
    calls.computeIfAbsent(call.key(), _ -> new HashSet<>()).add(call);
    TreeSet<Call> same = byFunction.computeIfAbsent(call.function(), _ -> new TreeSet<>());
    if (same.add(call) && same.first().equals(call)) {
      announce.accept(call.function(), call.at());
    }
  }

  private Optional<FunctionVersion> version(FunctionReference reference) {
    try {
      return Optional.of(versions.apply(reference.name(), reference.qualifier()));
    } catch (MayflyException e) {
      // There is no such alias now.
      return Optional.empty();
    }
  }

  /** An alarm will not call anything. */
  public synchronized void forget(String key) {
    Set<Call> gone = calls.remove(key);
    if (gone != null) {
      gone.forEach(this::remove);
    }
  }

  private void remove(Call call) {
    TreeSet<Call> same = byFunction.get(call.function());
    if (same == null) {
      return;
    }
    boolean first = same.first().equals(call);
    same.remove(call);
    if (same.isEmpty()) {
      byFunction.remove(call.function());
    } else if (first) {
      announce.accept(call.function(), same.first().at());
    }
  }
}
