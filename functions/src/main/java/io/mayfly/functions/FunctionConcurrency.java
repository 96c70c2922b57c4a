package io.mayfly.functions;

import io.mayfly.model.Alias;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import io.mayfly.model.ProvisionedConcurrency;
import io.mayfly.store.FunctionStore;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What functions have of the account's concurrency for themselves: reserved, which is a limit too,
 * and provisioned, for which instances are kept ready ("Understanding Lambda function scaling" in
 * the developer guide). Reads are lock-free; changes are on the disk before they show.
 */
public final class FunctionConcurrency implements Belongings {
  /** What must be left for the functions that have nothing reserved, as on Lambda. */
  private static final int LEAST_UNRESERVED = 100;

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final FunctionStore store;
  private final int account;
  private final InstantSource clock;
  private final Map<FunctionName, Integer> reserved = new ConcurrentHashMap<>();
  private final PerFunction<ProvisionedConcurrency> settings = new PerFunction<>();

  private volatile Map<FunctionVersion, Integer> provisioned = Map.of();
  private volatile int unreserved;
  private volatile Runnable whenProvisioned = () -> {};

  /**
   * @param account how many calls may run at the same time in the whole account
   */
  public FunctionConcurrency(
      FunctionCatalog catalog,
      Aliases aliases,
      FunctionStore store,
      int account,
      InstantSource clock) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.store = store;
    this.account = account;
    this.clock = clock;
    reserved.putAll(store.reservedConcurrency());
    store.provisionedConcurrency().forEach(this::show);
    count();
    aliases.listener(
        new Aliases.Listener() {
          @Override
          public void check(Alias next) {
            checkAlias(next);
          }

          @Override
          public void changed(FunctionName function) {
            aliasesChanged(function);
          }
        });
  }

  /** Tells who is to keep instances ready; called whenever {@link #provisioned()} has changed. */
  public void whenProvisioned(Runnable listener) {
    whenProvisioned = listener;
  }

  /** How many calls may run at the same time in the whole account. */
  public int account() {
    return account;
  }

  /** What is left for all functions together that have nothing for themselves. */
  public int unreserved() {
    return unreserved;
  }

  /** What a function has reserved, if anything. */
  public OptionalInt reserved(FunctionName function) {
    Integer calls = reserved.get(function);
    return calls == null ? OptionalInt.empty() : OptionalInt.of(calls);
  }

  /** The versions that have instances ready before calls come, and for how many calls. */
  public Map<FunctionVersion, Integer> provisioned() {
    return provisioned;
  }

  /**
   * Reserves concurrency for a function, instead of what it had; 0 keeps it from running.
   *
   * @throws MayflyException if there is no such function, it has more provisioned, or too little
   *     would be left for others
   */
  public synchronized void reserve(FunctionName function, int calls) {
    catalog.require(function);
    int ready = ready(function);
    if (calls < ready) {
      throw invalid(
          "ReservedConcurrentExecutions for function should not be lower than function's total provisioned concurrency [%d]."
              .formatted(ready));
    }
    leaveEnough(
        unreserved + own(function) - calls, "Specified ReservedConcurrentExecutions for function");
    store.reserveConcurrency(function, calls);
    reserved.put(function, calls);
    count();
  }

  /**
   * Lets a function share again.
   *
   * @throws MayflyException if there is no such function
   */
  public synchronized void unreserve(FunctionName function) {
    catalog.require(function);
    if (reserved.containsKey(function)) {
      store.removeReservedConcurrency(function);
      reserved.remove(function);
      count();
    }
  }

  /**
   * Has instances of a version kept ready for so many calls.
   *
   * @param qualifier a published version, or an alias for one
   * @throws MayflyException if it stands for no single published version, the version has some
   *     under another qualifier, or there is too little left
   */
  public synchronized ProvisionedConcurrency provision(
      FunctionName function, String qualifier, int calls) {
    FunctionVersion version = provisionable(function, qualifier);
    rejectSecond(version, qualifier);
    int before = find(function, qualifier).map(ProvisionedConcurrency::calls).orElse(0);
    int after = ready(function) - before + calls;
    OptionalInt limit = reserved(function);
    if (limit.isPresent() && after > limit.getAsInt()) {
      throw invalid(
          "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function");
    }
    if (limit.isEmpty()) {
      leaveEnough(
          unreserved + own(function) - after, "Specified ConcurrentExecutions for function");
    }
    ProvisionedConcurrency setting =
        new ProvisionedConcurrency(function, qualifier, calls, clock.instant());
    store.put(setting);
    show(setting);
    count();
    return setting;
  }

  private FunctionVersion provisionable(FunctionName function, String qualifier) {
    FunctionVersion version = aliases.meant(function, Optional.of(qualifier));
    if (catalog.require(version).perTenant()) {
      throw invalid(
          "Provisioned Concurrency is not supported for functions with tenancy configuration.");
    }
    if (version.latest()) {
      throw invalid(
          "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
    }
    if (aliases.find(function, qualifier).stream().anyMatch(alias -> !alias.weights().isEmpty())) {
      throw withWeights();
    }
    return version;
  }

  private static MayflyException withWeights() {
    return invalid("Alias with weights can not be used with Provisioned Concurrency");
  }

  /** A version has provisioned concurrency once: under its own number or under one alias. */
  private void rejectSecond(FunctionVersion version, String qualifier) {
    for (ProvisionedConcurrency other : list(version.function())) {
      if (!other.qualifier().equals(qualifier) && versionOf(other).equals(Optional.of(version))) {
        throw new MayflyException(
            ErrorCode.CONFLICT,
            "Version %s of the function has provisioned concurrency under '%s' already; delete that first"
                .formatted(version.version(), other.qualifier()));
      }
    }
  }

  public Optional<ProvisionedConcurrency> find(FunctionName function, String qualifier) {
    return settings.find(function, qualifier);
  }

  /** What a function has provisioned, by qualifier. */
  public List<ProvisionedConcurrency> list(FunctionName function) {
    return settings.list(function);
  }

  /** The version that a setting keeps instances of; empty while its function is being deleted. */
  public Optional<FunctionVersion> versionOf(ProvisionedConcurrency setting) {
    if (FunctionVersion.isVersion(setting.qualifier())) {
      return Optional.of(new FunctionVersion(setting.function(), setting.qualifier()));
    }
    return aliases.find(setting.function(), setting.qualifier()).map(Alias::main);
  }

  /** Keeps no instances ready under a qualifier any more, if it did. */
  public synchronized void unprovision(FunctionName function, String qualifier) {
    if (find(function, qualifier).isPresent()) {
      store.removeProvisionedConcurrency(function, qualifier);
      settings.remove(function, qualifier);
      count();
    }
  }

  @Override
  public void forget(FunctionName function, String qualifier) {
    unprovision(function, qualifier);
  }

  @Override
  public synchronized void forget(FunctionName function) {
    list(function).forEach(setting -> unprovision(function, setting.qualifier()));
    if (reserved.remove(function) != null) {
      store.removeReservedConcurrency(function);
      count();
    }
  }

  private synchronized void checkAlias(Alias next) {
    if (find(next.function(), next.name()).isEmpty()) {
      return;
    }
    if (!next.weights().isEmpty()) {
      throw withWeights();
    }
    if (next.main().latest()) {
      throw invalid(
          "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
    }
    rejectSecond(next.main(), next.name());
  }

  private synchronized void aliasesChanged(FunctionName function) {
    for (ProvisionedConcurrency setting : list(function)) {
      if (versionOf(setting).isEmpty()) {
        unprovision(function, setting.qualifier());
      }
    }
    count();
  }

  private void show(ProvisionedConcurrency setting) {
    settings.put(setting.function(), setting.qualifier(), setting);
  }

  private void leaveEnough(int left, String what) {
    int least = Math.min(LEAST_UNRESERVED, account / 10);
    if (left < least) {
      throw invalid(
          "%s decreases account's UnreservedConcurrentExecution below its minimum value of [%d]."
              .formatted(what, least));
    }
  }

  private static MayflyException invalid(String why) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, why);
  }

  /** What a function takes from the account for itself. */
  private int own(FunctionName function) {
    return reserved(function).orElse(ready(function));
  }

  /** What a function has provisioned, all versions together. */
  private int ready(FunctionName function) {
    return list(function).stream().mapToInt(ProvisionedConcurrency::calls).sum();
  }

  private void count() {
    Map<FunctionVersion, Integer> calls = new HashMap<>();
    settings.functions().stream()
        .flatMap(function -> list(function).stream())
        .forEach(
            setting ->
                versionOf(setting).ifPresent(version -> calls.put(version, setting.calls())));
    int taken = reserved.values().stream().mapToInt(Integer::intValue).sum();
    for (FunctionName function : settings.functions()) {
      taken += reserved.containsKey(function) ? 0 : ready(function);
    }
    unreserved = Math.max(0, account - taken);
    if (!calls.equals(provisioned)) {
      provisioned = Map.copyOf(calls);
      whenProvisioned.run();
    }
  }
}
