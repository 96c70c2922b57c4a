package io.mayfly.dispatch;

import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.runtimes.ClassesJar;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.runtimes.RuntimeLaunch.Training;
import io.mayfly.sandbox.Instance;
import io.mayfly.sandbox.InstanceSpec;
import io.mayfly.sandbox.LogSink;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sandbox.Spare;
import io.mayfly.sandbox.SpareSpec;
import io.mayfly.sandbox.Startup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Trainings of functions: starts in the background from which cold starts profit
 * (docs/design/007-java.md). Of what a training has made, and of giving the function to a runtime
 * that waits, both are timed, and the quicker is what the function's cold starts use.
 *
 * <p>One training at a time, on a thread of its own, in jails that get the CPU time which nobody
 * else wants. One that fails costs nothing but the gain. Safe for use by many threads.
 */
public final class Trainings implements AutoCloseable {
  /** Of a training as a whole; with less than a processor to itself it may take that long. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What the JVMs that record and assemble need beside the function's own. */
  private static final long EXTRA_MEGABYTES = 768;

  private static final int ROUNDS = 2;
  private static final String CHOICE = "choice";
  private static final String PREWARMED = "prewarmed";
  private static final String CACHE = "cache";

  /** Of a choice that begins so, the rest is for starts that find no such runtime. */
  private static final String OWN = "own runtime, else ";

  /** A runtime that waits for one function holds memory for it, and must be worth that. */
  private static final double WORTHWHILE = 0.8;

  private static final LogSink NOWHERE = (bytes, offset, length) -> {};
  private static final System.Logger LOG = System.getLogger(Trainings.class.getName());

  private final Account account;
  private final FunctionSource functions;
  private final Function<FunctionConfig, Credentials> credentials;
  private final Supplier<Sandbox> sandbox;
  private final TrainingFolder folders;
  private final boolean prewarming;
  private final Semaphore turn;
  private final Map<Path, Trained> known = new ConcurrentHashMap<>();

  /** Folders of trainings that wait or run. */
  private final Set<Path> underWay = ConcurrentHashMap.newKeySet();

  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("mayfly-training").factory());
  private volatile Consumer<FunctionConfig> decided = config -> {};
  private volatile boolean closed;

  /**
   * Wires it.
   *
   * @param credentials new keys of a function's role for an instance to sign with
   * @param sandbox may still be in the making
   * @param prewarming whether there are runtimes that wait
   * @param turn who has it may train: what others do at the same time would be measured, too
   */
  public Trainings(
      Account account,
      FunctionSource functions,
      Function<FunctionConfig, Credentials> credentials,
      Supplier<Sandbox> sandbox,
      TrainingFolder folders,
      boolean prewarming,
      Semaphore turn) {
    this.account = account;
    this.functions = functions;
    this.credentials = credentials;
    this.sandbox = sandbox;
    this.folders = folders;
    this.prewarming = prewarming;
    this.turn = turn;
  }

  /** Tells who wants to know that a function's cold starts are others from now on. */
  public void whenDecided(Consumer<FunctionConfig> listener) {
    decided = listener;
  }

  /**
   * A cache is good for one class path, and layers are part of that: such functions have none. Nor
   * have those whose command is for their wrapper to change.
   */
  private static boolean trainable(FunctionConfig config, RuntimeLaunch launch) {
    return launch.training().isPresent()
        && config.settings().layers().isEmpty()
        && config.wrapper().isEmpty();
  }

  /** What is known of a function that is started so. */
  Trained of(FunctionConfig config, RuntimeLaunch launch) {
    if (!trainable(config, launch)) {
      return Trained.NONE;
    }
    Path folder = folder(config, launch);
    Trained trained = known.getOrDefault(folder, Trained.NONE);
    // It may have gone with its code, and the same code have come again.
    return trained.launch().isPresent() && !Files.exists(folder.resolve(Training.RESULT))
        ? Trained.NONE
        : trained;
  }

  /** Has a function trained that may be called soon, unless that has been done. */
  void expect(FunctionConfig config, RuntimeLaunch launch) {
    if (!trainable(config, launch) || closed) {
      return;
    }
    Path folder = folder(config, launch);
    if (underWay.add(folder)) {
      try {
        worker.execute(() -> learn(config, launch, folder));
      } catch (RejectedExecutionException e) {
        underWay.remove(folder);
      }
    }
  }

  /** By all that makes a result of use to one start and not to another. */
  private Path folder(FunctionConfig config, RuntimeLaunch launch) {
    Training training = launch.training().orElseThrow();
    StringBuilder text = new StringBuilder(training.fingerprint()).append('\n');
    text.append(config.handler());
    for (String name : training.variables()) {
      text.append('\n').append(config.environment().getOrDefault(name, ""));
    }
    return folders.of(config).resolve(hash(text.toString()));
  }

  private static String hash(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void learn(FunctionConfig config, RuntimeLaunch launch, Path folder) {
    boolean changed = false;
    try {
      if (closed || !functions.serving(config.id()).code().equals(config.code())) {
        return;
      }
      if (!Files.exists(folder.resolve(CHOICE))) {
        known.remove(folder);
        removeOthers(folder);
        turn.acquireUninterruptibly();
        try {
          train(config, launch, folder);
        } finally {
          turn.release();
        }
      }
      Trained trained = read(launch, folder);
      changed = !trained.equals(known.put(folder, trained));
    } catch (IOException | UncheckedIOException | MayflyException e) {
      if (!closed) {
        LOG.log(
            System.Logger.Level.INFO,
            "the training of {0} came to nothing: {1}",
            config.id(),
            e.getMessage());
      }
    } finally {
      underWay.remove(folder);
      // Of code that has gone.
      known.keySet().removeIf(each -> !Files.exists(each));
    }
    if (changed) {
      decided.accept(config);
    }
  }

  private static Trained read(RuntimeLaunch launch, Path folder) throws IOException {
    String choice = Files.readString(folder.resolve(CHOICE));
    boolean made = Files.exists(folder.resolve(Training.RESULT));
    boolean owns = choice.startsWith(OWN);
    boolean cached = choice.startsWith(CACHE, owns ? OWN.length() : 0);
    return new Trained(
        made ? Optional.of(launch.trained(folder)) : Optional.empty(),
        made && cached,
        made && owns);
  }

  /** Results for a JDK or a guest that are not there any more. */
  private void removeOthers(Path folder) throws IOException {
    Path all = folder.resolveSibling("");
    if (!Files.isDirectory(all)) {
      return;
    }
    try (Stream<Path> results = Files.list(all)) {
      for (Path other : results.toList()) {
        if (!known.containsKey(other) && !underWay.contains(other)) {
          remove(other);
        }
      }
    }
  }

  private void train(FunctionConfig config, RuntimeLaunch launch, Path folder) throws IOException {
    Optional<Startup> waiting = Optional.empty();
    if (prewarming && launch.canWait(config.environment().keySet())) {
      waiting = Optional.of(timed(config, SpareKinds.of(launch, config), launch));
    }
    SpareSpec jail = SpareKinds.jail(launch, config);
    Path made = folder.resolveSibling(folder.getFileName() + folders.unfinished());
    try {
      Files.createDirectories(made);
      String choice;
      Startup fresh = timed(config, jail, launch);
      if (waiting.isPresent() && waiting.get().total().compareTo(fresh.runtime()) <= 0) {
        // No cache makes an interpreter start in less than it takes without a function.
        choice = PREWARMED + describe(waiting.get(), fresh) + "no cache can be quicker";
      } else {
        record(config, launch, made);
        RuntimeLaunch trained = launch.trained(made);
        Startup cached = timed(config, jail, trained);
        choice =
            CACHE + ": %d ms afresh, %d ms from its cache".formatted(millis(fresh), millis(cached));
        if (waiting.isPresent()) {
          SpareSpec own = SpareKinds.own(trained, config, functions.code(config)).orElseThrow();
          choice = choice(waiting.get(), fresh, cached, timed(config, own, trained));
        }
      }
      Files.writeString(made.resolve(CHOICE), choice + "\n");
      if (!folders.keep(config, made, folder)) {
        throw new IOException("its code has gone");
      }
      LOG.log(System.Logger.Level.INFO, "cold starts of {0}: {1}", config.id(), choice);
    } finally {
      remove(made);
    }
  }

  private static String choice(Startup waiting, Startup fresh, Startup cached, Startup own) {
    boolean quicker = waiting.total().compareTo(cached.total()) <= 0;
    double best = Math.min(millis(waiting), millis(cached));
    return (millis(own) < WORTHWHILE * best ? OWN : "")
        + (quicker ? PREWARMED : CACHE)
        + describe(waiting, fresh)
        + "%d ms from its cache, %d ms in a prewarmed runtime with it"
            .formatted(millis(cached), millis(own));
  }

  private static String describe(Startup waiting, Startup fresh) {
    return ": %d ms in a prewarmed runtime, %d ms afresh, "
        .formatted(millis(waiting), millis(fresh));
  }

  private static long millis(Startup startup) {
    return startup.total().toMillis();
  }

  /** Makes the cache. */
  private void record(FunctionConfig config, RuntimeLaunch launch, Path made) throws IOException {
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    ClassesJar.write(functions.code(config), made.resolve(Training.CLASSES));
    try (CacheFile file = new CacheFile(made.resolve(Training.RESULT))) {
      DataSize memory = DataSize.ofMegabytes(config.memory().megabytes() + EXTRA_MEGABYTES);
      Instance instance = sandbox.get().start(spec(config, launch.recording(made), memory, file));
      Outcome end;
      try {
        // Code of the function's may ask for an event in the training's place, and never end.
        end = instance.awaitReady(PATIENCE).orElseThrow(() -> new IOException("it goes on"));
      } finally {
        instance.stop();
      }
      if (!end.equals(new Outcome.Exited(0, false)) || !file.complete()) {
        throw new IOException("it ended with " + end);
      }
    }
  }

  /** The quickest of a few starts in a spare of this kind. */
  private Startup timed(FunctionConfig config, SpareSpec kind, RuntimeLaunch launch)
      throws IOException {
    Startup best = null;
    for (int round = 0; round < ROUNDS; round++) {
      Spare spare =
          sandbox
              .get()
              .prepare(kind)
              .orElseThrow(() -> new IOException("this machine has no spares"));
      if (!spare.awaitPrepared(PATIENCE)) {
        throw new IOException("a spare ended before it waited for a function");
      }
      Instance instance = spare.specialise(spec(config, launch, config.memory(), NOWHERE));
      try {
        Optional<Outcome> failure = instance.awaitReady(Limits.INIT);
        if (failure.isPresent()) {
          throw new IOException("its init ends with " + failure.get());
        }
        Startup startup = instance.startup();
        if (best == null || startup.total().compareTo(best.total()) < 0) {
          best = startup;
        }
      } finally {
        instance.stop();
      }
    }
    return best == null ? Startup.NONE : best;
  }

  private InstanceSpec spec(
      FunctionConfig config, RuntimeLaunch launch, DataSize memory, LogSink output) {
    return new InstanceSpec(
        config.name().value(),
        launch,
        functions.code(config),
        HandlerEnvironment.of(
            config, account, credentials.apply(config), "training", Initialization.ON_DEMAND),
        memory,
        config.ephemeralStorage(),
        config.callsPerInstance(),
        output,
        Optional.empty(),
        true);
  }

  private static void remove(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    List<Runnable> never = worker.shutdownNow();
    LOG.log(System.Logger.Level.DEBUG, "{0} trainings were not begun", never.size());
  }
}
