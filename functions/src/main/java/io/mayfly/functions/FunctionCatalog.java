package io.mayfly.functions;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.FunctionLayer;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Lifecycle;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The functions of the account, each with its versions: {@code $LATEST}, which is what owners
 * change, and those that have been published from it.
 *
 * <p>Reads are lock-free. Changes take the catalogue's monitor one after another, are on the disk
 * before they show, and hand what takes time (unpacking code) to a virtual thread. While an update
 * is being made ready, {@link #serving} keeps answering with what served before.
 */
public final class FunctionCatalog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FunctionCatalog.class);

  /** More than any function will ever have. */
  private static final long LAST_NUMBER = 999_999_999_999_999_999L;

  private final Account account;
  private final FunctionStore store;
  private final CodeStore code;
  private final Layers layers;
  private final Consumer<String> requireRuntime;
  private final InstantSource clock;
  private final ConcurrentNavigableMap<FunctionVersion, FunctionConfig> versions =
      new ConcurrentSkipListMap<>();
  private final Map<FunctionVersion, FunctionConfig> serving = new ConcurrentHashMap<>();

  /** The last number that was given to a version of a function, deleted ones included. */
  private final Map<FunctionName, Long> lastNumbers = new ConcurrentHashMap<>();

  /** For the hash of each code that leaving instances may still use, how many retirements wait. */
  private final Map<String, Integer> retiring = new ConcurrentHashMap<>();

  private volatile Consumer<FunctionConfig> expectation = config -> {};
  private volatile Retirement retirement = function -> CompletableFuture.completedFuture(null);
  private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();

  /** Lets go of the instances of a version that has changed or is gone. */
  @FunctionalInterface
  public interface Retirement {
    /** Completes when no instance that was started before this call is left. */
    CompletableFuture<?> retire(FunctionVersion version);
  }

  /**
   * @param requireRuntime throws when the machine does not offer the runtime it is given
   */
  public FunctionCatalog(
      Account account,
      FunctionStore store,
      CodeStore code,
      Layers layers,
      Consumer<String> requireRuntime,
      InstantSource clock) {
    this.account = account;
    this.store = store;
    this.code = code;
    this.layers = layers;
    this.requireRuntime = requireRuntime;
    this.clock = clock;
    layers.functions(
        new Layers.Functions() {
          @Override
          public long storedBytes() {
            return FunctionCatalog.this.storedBytes();
          }

          @Override
          public void release(CodeReference unused) {
            removeIfUnused(unused.sha256());
          }
        });
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

  /** The newest configuration of every function, by name. */
  public List<FunctionConfig> list() {
    return versions.values().stream().filter(config -> config.id().latest()).toList();
  }

  /** Every version of every function, by name and then as {@link #versions} has them. */
  public List<FunctionConfig> listVersions() {
    return List.copyOf(versions.values());
  }

  /**
   * A function's versions: {@code $LATEST}, then the published ones in their order.
   *
   * @throws MayflyException if there is no such function
   */
  public List<FunctionConfig> versions(FunctionName name) {
    require(name);
    return List.copyOf(versionsOf(name).values());
  }

  private ConcurrentNavigableMap<FunctionVersion, FunctionConfig> versionsOf(FunctionName name) {
    return versions.subMap(
        FunctionVersion.latest(name), true, FunctionVersion.of(name, LAST_NUMBER), true);
  }

  /** The newest configuration of a function. */
  public Optional<FunctionConfig> find(FunctionName name) {
    return find(FunctionVersion.latest(name));
  }

  public Optional<FunctionConfig> find(FunctionVersion version) {
    return Optional.ofNullable(versions.get(version));
  }

  /**
   * The newest configuration of a function.
   *
   * @throws MayflyException if there is no such function
   */
  public FunctionConfig require(FunctionName name) {
    return find(name).orElseThrow(() -> notFound(FunctionArn.of(account, name)));
  }

  /**
   * A version of a function.
   *
   * @throws MayflyException if there is no such function, or it has no such version
   */
  public FunctionConfig require(FunctionVersion version) {
    return find(version)
        .orElseThrow(
            () ->
                notFound(FunctionArn.of(account, version.function()).qualified(version.version())));
  }

  /**
   * The configuration that serves calls of a version now: the newest whose code is ready.
   *
   * @throws MayflyException if there is no such version, or it cannot be invoked yet or any more
   */
  public FunctionConfig serving(FunctionVersion version) {
    FunctionConfig ready = serving.get(version);
    if (ready != null) {
      return ready;
    }
    FunctionConfig config = version.latest() ? require(version.function()) : require(version);
    throw inState(config);
  }

  private static MayflyException inState(FunctionConfig config) {
    String reason = config.lifecycle().stateReason().map(found -> ". " + found.text()).orElse("");
    return new MayflyException(
        ErrorCode.CONFLICT,
        "The operation cannot be performed at this time. The function is currently in the following state: %s%s"
            .formatted(config.lifecycle().state().wireName(), reason));
  }

  /** Creates a function; it becomes active soon after. */
  public synchronized FunctionConfig create(Deployment deployment, byte[] zip) {
    FunctionVersion id = FunctionVersion.latest(deployment.name());
    if (versions.containsKey(id)) {
      throw new MayflyException(ErrorCode.CONFLICT, "Function already exist: " + deployment.name());
    }
    requireRuntime.accept(deployment.settings().runtime());
    SettingsRules.check(deployment.settings(), deployment.perTenant());
    FunctionTags.check(deployment.tags());
    List<FunctionLayer> layered = layers.resolve(deployment.layers());
    FunctionConfig config =
        new FunctionConfig(
            id,
            deployment.settings().withLayers(layered),
            accept(zip, 0, layered),
            Lifecycle.creating(),
            Revisions.next(),
            clock.instant(),
            deployment.perTenant());
    store.create(config, deployment.tags());
    show(config);
    background.execute(() -> makeReady(config, Optional.empty()));
    return config;
  }

  /** Creates a function and publishes it as its first version, which becomes active with it. */
  public synchronized FunctionConfig createAndPublish(Deployment deployment, byte[] zip) {
    return publish(create(deployment, zip), Optional.empty());
  }

  /** Checks new code and answers with the function as it would be, changing nothing. */
  public FunctionConfig tryUpdateCode(FunctionName name, byte[] zip, Optional<String> revision) {
    FunctionConfig before = forUpdate(name, revision);
    return before.withCode(inspect(zip, before.settings().layers()));
  }

  /** Replaces a function's code; what served before goes on until the new code is ready. */
  public synchronized FunctionConfig updateCode(
      FunctionName name, byte[] zip, Optional<String> revision) {
    FunctionConfig before = forUpdate(name, revision);
    return update(
        before,
        before.withCode(accept(zip, before.code().zippedBytes(), before.settings().layers())));
  }

  /** Replaces a function's code and publishes that. */
  public synchronized FunctionConfig updateCodeAndPublish(
      FunctionName name, byte[] zip, Optional<String> revision) {
    return publish(updateCode(name, zip, revision), Optional.empty());
  }

  /** Changes a function's configuration; what served before goes on until that is done. */
  public synchronized FunctionConfig updateConfiguration(
      FunctionName name, ConfigurationChange change, Optional<String> revision) {
    FunctionConfig before = forUpdate(name, revision);
    change.runtime().ifPresent(requireRuntime);
    List<FunctionLayer> layered =
        change.layers().map(layers::resolve).orElse(before.settings().layers());
    CodeQuota.check(before.code(), layered);
    FunctionSettings after = change.applyTo(before.settings(), layered);
    SettingsRules.check(after, before.perTenant());
    return update(before, before.withSettings(after));
  }

  /**
   * Publishes what a function is now as its next version. If that is what was published last, it is
   * not published again ("Creating function versions" in the developer guide); a description alone
   * makes no version.
   *
   * @param codeSha256 the SHA-256, in base64, that the code is expected to have
   * @param description of the version, instead of the function's
   * @throws MayflyException if there is no such function, it is just changing, or it is not the one
   *     that the caller expects
   */
  public synchronized FunctionConfig publish(
      FunctionName name,
      Optional<String> codeSha256,
      Optional<String> description,
      Optional<String> revision) {
    FunctionConfig latest = forUpdate(name, revision);
    String actual = latest.code().base64();
    if (!codeSha256.orElse(actual).equals(actual)) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). Please try again with the CodeSHA256 in $LATEST."
              .formatted(codeSha256.orElse(""), actual));
    }
    return publish(latest, description);
  }

  private FunctionConfig publish(FunctionConfig latest, Optional<String> description) {
    FunctionName name = latest.name();
    FunctionConfig newest = versionsOf(name).lastEntry().getValue();
    if (!newest.id().latest() && samePublished(newest, latest)) {
      return newest;
    }
    Lifecycle lifecycle = latest.lifecycle();
    if (lifecycle.state() == Lifecycle.State.FAILED) {
      throw inState(latest);
    }
    long number = lastNumbers.getOrDefault(name, 0L) + 1;
    FunctionConfig version =
        latest
            .withSettings(
                description
                    .map(text -> latest.settings().described(text))
                    .orElse(latest.settings()))
            .withLifecycle(lifecycle.busy() ? Lifecycle.creating() : Lifecycle.active())
            .published(FunctionVersion.of(name, number), Revisions.next(), clock.instant());
    store.publish(version);
    lastNumbers.put(name, number);
    show(version);
    if (lifecycle.busy()) {
      background.execute(() -> makeReady(version, Optional.empty()));
    } else {
      // Its code has been unpacked for what it is published from.
      serving.put(version.id(), version);
      background.execute(() -> expectation.accept(version));
    }
    return version;
  }

  private static boolean samePublished(FunctionConfig version, FunctionConfig latest) {
    String description = latest.settings().description();
    return version.code().equals(latest.code())
        && version.settings().described(description).equals(latest.settings());
  }

  /** Deletes a function with all its versions. Calls that are running finish. */
  public synchronized void delete(FunctionName name) {
    require(name);
    List<FunctionConfig> all = List.copyOf(versionsOf(name).values());
    store.remove(name);
    all.forEach(this::hide);
  }

  /** Deletes one published version. Calls that are running finish. */
  public synchronized void delete(FunctionVersion version) {
    if (version.latest()) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "$LATEST version cannot be deleted without deleting the function.");
    }
    FunctionConfig config = require(version);
    store.remove(version);
    hide(config);
  }

  private void hide(FunctionConfig config) {
    versions.remove(config.id());
    serving.remove(config.id());
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
  private CodeReference accept(byte[] zip, long replacedBytes, List<FunctionLayer> layered) {
    CodeQuota.check(storedBytes() + layers.storedBytes() - replacedBytes + zip.length);
    CodeReference reference = inspect(zip, layered);
    code.keep(zip);
    return reference;
  }

  private CodeReference inspect(byte[] zip, List<FunctionLayer> layered) {
    CodeReference reference = code.inspect(zip);
    CodeQuota.check(reference, layered);
    return reference;
  }

  /** How much the zip files of all versions of all functions take. */
  public long storedBytes() {
    return versions.values().stream().mapToLong(config -> config.code().zippedBytes()).sum();
  }

  private FunctionConfig update(FunctionConfig before, FunctionConfig changed) {
    FunctionConfig after =
        changed
            .withLifecycle(before.lifecycle().updating())
            .revised(Revisions.next(), clock.instant());
    save(after);
    background.execute(() -> makeReady(after, Optional.of(before)));
    return after;
  }

  private FunctionConfig forUpdate(FunctionName name, Optional<String> revision) {
    FunctionConfig config = require(name);
    Revisions.check(revision, config.revisionId());
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
      var _ = code.layers(config.settings().layers());
      done = Lifecycle.active();
    } catch (RuntimeException e) {
      log.error("function {} could not be made ready", config.id(), e);
      if (before.isPresent()) {
        result =
            config
                .withCode(before.get().code())
                .withSettings(config.settings().withLayers(before.get().settings().layers()));
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
    FunctionConfig current = versions.get(from.id());
    if (current == null || !current.revisionId().equals(from.revisionId())) {
      // Deleted, or deleted and created anew, while it was being made ready.
      CodeStore.hashes(from).forEach(this::removeIfUnused);
      return;
    }
    try {
      store.put(to);
    } catch (MayflyException e) {
      // The disk keeps saying that the change is under way, and the next start finishes it again.
      log.error("the new state of function {} could not be stored", to.id(), e);
    }
    show(to);
    if (to.lifecycle().state() == Lifecycle.State.ACTIVE) {
      serving.put(to.id(), to);
    } else {
      serving.remove(to.id());
    }
    before.ifPresent(this::retire);
    CodeStore.hashes(from).forEach(this::removeIfUnused);
  }

  private void retire(FunctionConfig config) {
    Set<String> hashes = CodeStore.hashes(config);
    hashes.forEach(hash -> retiring.merge(hash, 1, Integer::sum));
    var _ =
        retirement
            .retire(config.id())
            .whenComplete(
                (result, failure) -> {
                  hashes.forEach(
                      hash ->
                          retiring.computeIfPresent(
                              hash, (key, count) -> count == 1 ? null : count - 1));
                  background.execute(() -> hashes.forEach(this::removeIfUnused));
                });
  }

  private synchronized void removeIfUnused(String hash) {
    if (!retiring.containsKey(hash) && !hashesInUse().contains(hash)) {
      layers.removeUnlessPublished(hash);
    }
  }

  private Set<String> hashesInUse() {
    Set<String> hashes = new HashSet<>();
    versions.values().forEach(config -> hashes.addAll(CodeStore.hashes(config)));
    serving.values().forEach(config -> hashes.addAll(CodeStore.hashes(config)));
    return hashes;
  }

  private synchronized void save(FunctionConfig config) {
    store.put(config);
    show(config);
  }

  private synchronized void show(FunctionConfig config) {
    versions.put(config.id(), config);
    notifyAll();
  }

  /** Takes up what the last process left, finishing what it had begun. */
  private void load() {
    List<FunctionConfig> unfinished = new ArrayList<>();
    lastNumbers.putAll(store.lastNumbers());
    for (FunctionConfig config : store.versions()) {
      versions.put(config.id(), config);
      if (config.lifecycle().busy()) {
        unfinished.add(config);
      }
      if (config.lifecycle().state() == Lifecycle.State.ACTIVE) {
        serving.put(config.id(), config);
      }
    }
    // Before anything is unpacked: half-unpacked code has no owner that could be looked up.
    Set<String> inUse = hashesInUse();
    inUse.addAll(layers.hashes());
    code.retain(inUse);
    unfinished.forEach(config -> background.execute(() -> makeReady(config, Optional.empty())));
  }

  private static MayflyException notFound(FunctionArn arn) {
    return new MayflyException(ErrorCode.NOT_FOUND, "Function not found: " + arn);
  }
}
