package io.mayfly.functions;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.FunctionName;
import io.mayfly.model.Lifecycle;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.store.FunctionStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The functions of the account.
 *
 * <p>Reads are lock-free. Changes take the catalogue's monitor one after another, are on the disk
 * before they show, and hand what takes time (unpacking code) to a virtual thread. While an update
 * is being made ready, {@link #serving} keeps answering with what served before.
 */
public final class FunctionCatalog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FunctionCatalog.class);

  private final Account account;
  private final FunctionStore store;
  private final CodeStore code;
  private final Consumer<String> requireRuntime;
  private final InstantSource clock;
  private final Map<FunctionName, FunctionConfig> functions = new ConcurrentSkipListMap<>();
  private final Map<FunctionName, FunctionConfig> serving = new ConcurrentHashMap<>();

  /** For the hash of each code that leaving instances may still use, how many retirements wait. */
  private final Map<String, Integer> retiring = new ConcurrentHashMap<>();

  private volatile Consumer<FunctionConfig> expectation = config -> {};
  private volatile Retirement retirement = function -> CompletableFuture.completedFuture(null);
  private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();

  /** Lets go of the instances of a function that has changed or is gone. */
  @FunctionalInterface
  public interface Retirement {
    /** Completes when no instance that was started before this call is left. */
    CompletableFuture<?> retire(FunctionName function);
  }

  /**
   * @param requireRuntime throws when the machine does not offer the runtime it is given
   */
  public FunctionCatalog(
      Account account,
      FunctionStore store,
      CodeStore code,
      Consumer<String> requireRuntime,
      InstantSource clock) {
    this.account = account;
    this.store = store;
    this.code = code;
    this.requireRuntime = requireRuntime;
    this.clock = clock;
    load();
  }

  /** Tells who is to let go of a function's instances. To be called before there are any. */
  public void retireInstancesWith(Retirement instances) {
    retirement = instances;
  }

  /**
   * Tells who wants to know of every configuration that can be called from now on, on a thread in
   * the background.
   */
  public void whenServing(Consumer<FunctionConfig> listener) {
    expectation = listener;
    background.execute(() -> serving.values().forEach(listener));
  }

  public Account account() {
    return account;
  }

  /** All functions by name. */
  public List<FunctionConfig> list() {
    return List.copyOf(functions.values());
  }

  public Optional<FunctionConfig> find(FunctionName name) {
    return Optional.ofNullable(functions.get(name));
  }

  /**
   * The newest configuration of a function.
   *
   * @throws MayflyException if there is no such function
   */
  public FunctionConfig require(FunctionName name) {
    return find(name).orElseThrow(() -> notFound(name));
  }

  /**
   * The configuration that serves calls now: the newest whose code is ready.
   *
   * @throws MayflyException if there is no such function, or it cannot be invoked yet or any more
   */
  public FunctionConfig serving(FunctionName name) {
    FunctionConfig ready = serving.get(name);
    if (ready != null) {
      return ready;
    }
    FunctionConfig config = require(name);
    String reason = config.lifecycle().stateReason().map(found -> ". " + found.text()).orElse("");
    throw new MayflyException(
        ErrorCode.CONFLICT,
        "The operation cannot be performed at this time. The function is currently in the following state: %s%s"
            .formatted(config.lifecycle().state().wireName(), reason));
  }

  /** Creates a function; it becomes active soon after. */
  public synchronized FunctionConfig create(Deployment deployment, byte[] zip) {
    if (functions.containsKey(deployment.name())) {
      throw new MayflyException(ErrorCode.CONFLICT, "Function already exist: " + deployment.name());
    }
    requireRuntime.accept(deployment.runtime());
    EnvironmentRules.check(deployment.environment());
    FunctionConfig config =
        new FunctionConfig(
            deployment.name(),
            deployment.description(),
            deployment.runtime(),
            deployment.handler(),
            deployment.role(),
            deployment.timeout(),
            deployment.memory(),
            deployment.ephemeralStorage(),
            deployment.environment(),
            deployment.tags(),
            accept(zip, 0),
            Lifecycle.creating(),
            UUID.randomUUID().toString(),
            clock.instant());
    save(config);
    background.execute(() -> makeReady(config, Optional.empty()));
    return config;
  }

  /** Checks new code and answers with the function as it would be, changing nothing. */
  public FunctionConfig tryUpdateCode(FunctionName name, byte[] zip, Optional<String> revision) {
    FunctionConfig before = forUpdate(name, revision);
    return before.withCode(code.inspect(zip));
  }

  /** Replaces a function's code; what served before goes on until the new code is ready. */
  public synchronized FunctionConfig updateCode(
      FunctionName name, byte[] zip, Optional<String> revision) {
    FunctionConfig before = forUpdate(name, revision);
    return update(before, before.withCode(accept(zip, before.code().zippedBytes())));
  }

  /** Changes a function's configuration; what served before goes on until that is done. */
  public synchronized FunctionConfig updateConfiguration(
      FunctionName name, ConfigurationChange change, Optional<String> revision) {
    FunctionConfig before = forUpdate(name, revision);
    change.runtime().ifPresent(requireRuntime);
    change.environment().ifPresent(EnvironmentRules::check);
    return update(before, change.applyTo(before));
  }

  /** Deletes a function. Calls that are running finish. */
  public synchronized void delete(FunctionName name) {
    FunctionConfig config = require(name);
    store.remove(name);
    functions.remove(name);
    serving.remove(name);
    retire(config);
  }

  /** Waits until no change of a function is under way, at most for {@code patience}. */
  public synchronized void awaitReady(FunctionName name, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      while (find(name).map(config -> config.lifecycle().busy()).orElse(false)) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return;
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    background.close();
  }

  /** Checks and keeps code, unless the account's storage has no room for it. */
  private CodeReference accept(byte[] zip, long replacedBytes) {
    long stored =
        functions.values().stream().mapToLong(config -> config.code().zippedBytes()).sum();
    if (stored - replacedBytes + zip.length > Limits.CODE_STORAGE.bytes()) {
      throw new MayflyException(
          ErrorCode.CODE_STORAGE_EXCEEDED,
          "Code storage limit exceeded: all functions together may hold %d bytes; delete some"
              .formatted(Limits.CODE_STORAGE.bytes()));
    }
    return code.accept(zip);
  }

  private FunctionConfig update(FunctionConfig before, FunctionConfig changed) {
    FunctionConfig after =
        changed
            .withLifecycle(before.lifecycle().updating())
            .revised(UUID.randomUUID().toString(), clock.instant());
    save(after);
    background.execute(() -> makeReady(after, Optional.of(before)));
    return after;
  }

  private FunctionConfig forUpdate(FunctionName name, Optional<String> revision) {
    FunctionConfig config = require(name);
    if (revision.isPresent() && !revision.get().equals(config.revisionId())) {
      throw new MayflyException(
          ErrorCode.PRECONDITION_FAILED,
          "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId");
    }
    if (config.lifecycle().busy()) {
      throw new MayflyException(
          ErrorCode.CONFLICT,
          "The operation cannot be performed at this time. An update is in progress for resource: "
              + FunctionArn.of(account, name));
    }
    return config;
  }

  /** Unpacks the code and lets the new configuration serve. Runs on a virtual thread. */
  private void makeReady(FunctionConfig config, Optional<FunctionConfig> before) {
    Lifecycle done;
    FunctionConfig result = config;
    try {
      code.unpack(config.code());
      done = Lifecycle.active();
    } catch (RuntimeException e) {
      log.error("function {} could not be made ready", config.name(), e);
      if (before.isPresent()) {
        result = config.withCode(before.get().code());
        done =
            before.get().lifecycle().updateFailed("InternalError", String.valueOf(e.getMessage()));
      } else {
        done = Lifecycle.failed("InternalError", String.valueOf(e.getMessage()));
      }
    }
    FunctionConfig ready = result.withLifecycle(done);
    publish(config, ready, before);
    if (ready.lifecycle().state() == Lifecycle.State.ACTIVE) {
      expectation.accept(ready);
    }
  }

  private synchronized void publish(
      FunctionConfig from, FunctionConfig to, Optional<FunctionConfig> before) {
    FunctionConfig current = functions.get(from.name());
    if (current == null || !current.revisionId().equals(from.revisionId())) {
      // Deleted, or deleted and created anew, while it was being made ready.
      removeIfUnused(from.code());
      return;
    }
    try {
      store.put(to);
    } catch (MayflyException e) {
      // The disk keeps saying that the change is under way, and the next start finishes it again.
      log.error("the new state of function {} could not be stored", to.name(), e);
    }
    show(to);
    if (to.lifecycle().state() == Lifecycle.State.ACTIVE) {
      serving.put(to.name(), to);
    } else {
      serving.remove(to.name());
    }
    before.ifPresent(this::retire);
    if (!from.code().equals(to.code())) {
      removeIfUnused(from.code());
    }
  }

  private void retire(FunctionConfig config) {
    String hash = config.code().sha256();
    retiring.merge(hash, 1, Integer::sum);
    var _ =
        retirement
            .retire(config.name())
            .whenComplete(
                (result, failure) -> {
                  retiring.computeIfPresent(hash, (key, count) -> count == 1 ? null : count - 1);
                  background.execute(() -> removeIfUnused(config.code()));
                });
  }

  private synchronized void removeIfUnused(CodeReference reference) {
    String hash = reference.sha256();
    if (!retiring.containsKey(hash) && !hashesInUse().contains(hash)) {
      code.remove(hash);
    }
  }

  private Set<String> hashesInUse() {
    Set<String> hashes = new HashSet<>();
    functions.values().forEach(config -> hashes.add(config.code().sha256()));
    serving.values().forEach(config -> hashes.add(config.code().sha256()));
    return hashes;
  }

  private synchronized void save(FunctionConfig config) {
    store.put(config);
    show(config);
  }

  private synchronized void show(FunctionConfig config) {
    functions.put(config.name(), config);
    notifyAll();
  }

  /** Takes up what the last process left, finishing what it had begun. */
  private void load() {
    List<FunctionConfig> unfinished = new ArrayList<>();
    for (FunctionConfig config : store.functions()) {
      functions.put(config.name(), config);
      if (config.lifecycle().busy()) {
        unfinished.add(config);
      }
      if (config.lifecycle().state() == Lifecycle.State.ACTIVE) {
        serving.put(config.name(), config);
      }
    }
    // Before anything is unpacked: half-unpacked code has no owner that could be looked up.
    code.retain(hashesInUse());
    unfinished.forEach(config -> background.execute(() -> makeReady(config, Optional.empty())));
  }

  private MayflyException notFound(FunctionName name) {
    return new MayflyException(
        ErrorCode.NOT_FOUND, "Function not found: " + FunctionArn.of(account, name));
  }
}
