package io.mayfly.server;

import com.sun.management.OperatingSystemMXBean;
import io.mayfly.aws.Access;
import io.mayfly.aws.AwsEndpoint;
import io.mayfly.aws.Caller;
import io.mayfly.aws.ServiceModel;
import io.mayfly.aws.SigV4Verifier;
import io.mayfly.dispatch.MemoryGuard;
import io.mayfly.dispatch.SparePools;
import io.mayfly.dispatch.StartGate;
import io.mayfly.gateway.AwsHandler;
import io.mayfly.gateway.HttpThreads;
import io.mayfly.gateway.Listener;
import io.mayfly.gateway.PlatformHandler;
import io.mayfly.gateway.Router;
import io.mayfly.identity.AccessKeys;
import io.mayfly.identity.Sessions;
import io.mayfly.model.DataSize;
import io.mayfly.mqtt.MqttListener;
import io.mayfly.mqtt.MqttPort;
import io.mayfly.queue.Queues;
import io.mayfly.queue.SqliteQueues;
import io.mayfly.runtimes.RuntimeCatalog;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sandbox.SandboxConfig;
import io.mayfly.sandbox.Sandboxes;
import io.mayfly.sns.MessageSigner;
import io.mayfly.store.CredentialFile;
import io.mayfly.store.DataDirectory;
import io.mayfly.store.Database;
import io.mayfly.store.KeyFile;
import io.mayfly.store.KeyPairStore;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform, built in the order in which data flows: what is stored, who may come in, how an
 * instance is made, what each account has ({@link AccountServices}), how the network reaches a
 * call. Reading the two constructors is reading the architecture.
 */
final class Platform implements AutoCloseable {
  private static final Duration IDLE_CHECK = Duration.ofSeconds(1);

  /** In this time a function takes some hundred megabytes at most. */
  private static final Duration MEMORY_CHECK = Duration.ofMillis(200);

  /** How often logs are rid of what is older than it is kept. */
  private static final Duration LOG_EXPIRY = Duration.ofHours(1);

  /** What the start of an instance takes of a processor, when nothing is loaded yet. */
  private static final Duration START_TIME = Duration.ofMillis(100);

  private static final Duration SPARE_PAUSE = Duration.ofMillis(30);

  /** Of the machine's memory, for spares that wait for one function alone; and what each takes. */
  private static final double OWN_SPARES_SHARE = 0.1;

  private static final long OWN_SPARE_BYTES = DataSize.ofMegabytes(100).bytes();

  private static final Logger log = LoggerFactory.getLogger(Platform.class);

  private final Closing closing = new Closing();
  private final ServerOptions options;
  private final CredentialFile owner;
  private final RuntimeCatalog runtimes;
  private final AccessKeys keys;
  private final Accounts accounts;
  private final boolean fresh;
  private final Listener listener;

  /** Where MQTT is listened to, if it is. */
  private volatile @Nullable MqttPort mqtt;

  /**
   * Builds and starts a platform.
   *
   * @param guestHome the folder with the guest programs of the managed runtimes
   * @throws io.mayfly.model.MayflyException if it cannot start, saying why and what to do
   */
  Platform(ServerOptions options, Path guestHome) {
    this.options = options;
    try {
      SecureRandom random = new SecureRandom();
      InstantSource clock = Clock.systemUTC();

      // Durable state
      DataDirectory data = closing.add(DataDirectory.open(options.data()));
      owner = ownerKeys(data, random);
      // Trying the first jail waits for the kernel, so it runs beside the rest of the start.
      Background<HttpThreads> threads = new Background<>(() -> closing.add(HttpThreads.start()));
      SandboxConfig isolation = new SandboxConfig(data.root(), options.isolation());
      Background<Sandbox> sandbox =
          new Background<>(
              () -> closing.add(Sandboxes.open(isolation, new GuestSockets(threads.get()))));
      Background<Queues> queues =
          new Background<>(
              () -> closing.add(SqliteQueues.open(data.root().resolve("queue.db"), clock)));
      Database database = closing.add(Database.open(data.root().resolve("mayfly.db")));

      // Who may come in
      byte[] platformKey =
          KeyFile.readOrCreate(data.root().resolve("session-key"), Sessions.KEY_BYTES, random);
      keys =
          new AccessKeys(
              options.account(),
              owner.accessKeyId(),
              owner.secretAccessKey(),
              new KeyPairStore(database),
              platformKey,
              random,
              clock);
      // Every account's sessions are sealed with the same key, and say whose they are.
      Sessions sessions = new Sessions(options.account(), platformKey, random, clock);
      SigV4Verifier verifier =
          new SigV4Verifier(
              (id, token) ->
                  keys.find(id).or(() -> token.flatMap(given -> sessions.key(id, given))),
              options.account().region(),
              clock);

      // What can run, and where
      runtimes =
          new RuntimeCatalog(
              guestHome,
              options.runtimeAliases(),
              Optional.of(data.root().resolve("runtimes")),
              System.getenv());
      SparePools spares =
          closing.add(
              new SparePools(
                  sandbox::get,
                  options.spares(),
                  sparesOfTheirOwn(),
                  SPARE_PAUSE,
                  System::nanoTime));
      MessageSigner signer = new MessageSigner(data.root().resolve("sns-key"), random, clock);
      Machine machine =
          new Machine(
              options,
              runtimes,
              sandbox::get,
              spares,
              new StartGate(2 * Runtime.getRuntime().availableProcessors(), START_TIME),
              new MemoryGuard(() -> sandbox.get().memory()),
              new Processors(System::nanoTime),
              new Semaphore(1),
              keys,
              platformKey,
              signer,
              verifier,
              this::authority,
              () -> Optional.ofNullable(mqtt),
              random,
              clock);

      // Functions, the ways to their instances, and the APIs over them
      accounts = closing.add(new Accounts(data, machine, database, queues.get()));
      fresh = accounts.own().catalog().list().isEmpty();

      // The network
      ServiceModel lambda = ServiceModel.bundled("lambda-2015-03-31.json");
      // The first call is not to wait for it.
      var _ = accounts.own().service(lambda);
      Lazy<ServiceModel> sns = new Lazy<>(() -> ServiceModel.bundled("sns-2010-03-31.json"));
      AwsEndpoint endpoint =
          new AwsEndpoint(
              List.of(lambda),
              Map.of(
                  "iam", () -> ServiceModel.bundled("iam-2010-05-08.json"),
                  "sts", () -> ServiceModel.bundled("sts-2011-06-15.json"),
                  "logs", () -> ServiceModel.bundled("logs-2014-03-28.json"),
                  "scheduler", () -> ServiceModel.bundled("scheduler-2021-06-30.json"),
                  "sns", sns,
                  "sqs",
                      () ->
                          ServiceModel.bundled("sqs-2012-11-05.json", "sqs-2012-11-05.query.json"),
                  "events", () -> ServiceModel.bundled("events-2015-10-07.json")),
              (caller, model) -> accounts.of(caller.account()).service(model),
              verifier,
              this::authorize,
              new ApiMeter(accounts));
      Router router =
          new Router(
              options.account().region(),
              id -> accounts.withUrl(id).orElse(accounts.own()).functionUrls(),
              new PlatformHandler(
                  verifier,
                  this::authorize,
                  id -> accounts.of(id).view(),
                  this::runtimeRows,
                  new OwnerKeyTable(keys, options.account()),
                  new Passwords(keys)::account,
                  new OpenTopics(sns, endpoint, signer, accounts::known)),
              new AwsHandler(endpoint));
      // Nobody is let in before it is known that instances can be made.
      var _ = sandbox.get();
      ScheduledExecutorService timer = timer();
      every(timer, MEMORY_CHECK, () -> spares.hold(!accounts.relieveMemory()));
      every(
          timer,
          IDLE_CHECK,
          () -> {
            accounts.all().forEach(AccountServices::tendIdle);
            spares.stopUnused();
          });
      // On a thread of its own, because the timer's looks after memory.
      every(
          timer,
          LOG_EXPIRY,
          () ->
              Thread.startVirtualThread(() -> accounts.all().forEach(AccountServices::expireLogs)));
      listener =
          closing.add(
              Listener.start(
                  threads.get(), new InetSocketAddress(options.host(), options.port()), router));
      if (options.mqttPort().isPresent()) {
        Passwords passwords = new Passwords(keys);
        mqtt =
            closing.add(
                MqttListener.start(
                    new InetSocketAddress(options.host(), options.mqttPort().get()),
                    (user, password) ->
                        passwords
                            .account(user, password)
                            .map(id -> accounts.of(id).mqtt().tenant()),
                    clock));
      }
      closing.add(RunFile.write(data.root(), url(), options.account()));
    } catch (RuntimeException | Error e) {
      closing.close();
      throw e;
    }
  }

  /** Where the platform can be reached from this machine. */
  String url() {
    return "http://" + authority();
  }

  /** Where devices reach it, if they do. */
  Optional<String> mqttUrl() {
    return Optional.ofNullable(mqtt).map(each -> "mqtt://" + host() + ":" + each.port());
  }

  private String authority() {
    return host() + ":" + listener.port();
  }

  /** A listener on every address is reached by the loopback one. */
  private String host() {
    boolean every = options.host().equals("0.0.0.0") || options.host().equals("::");
    String host = every ? "127.0.0.1" : options.host();
    return host.contains(":") ? "[" + host + "]" : host;
  }

  int port() {
    return listener.port();
  }

  CredentialFile owner() {
    return owner;
  }

  /** The account of the platform's owner. */
  AccountServices own() {
    return accounts.own();
  }

  RuntimeCatalog runtimes() {
    return runtimes;
  }

  /** Whether the data directory held no function at the start. */
  boolean fresh() {
    return fresh;
  }

  @Override
  public void close() {
    closing.close();
  }

  private CredentialFile ownerKeys(DataDirectory data, SecureRandom random) {
    Path file = data.root().resolve("credentials");
    if (options.owner().isPresent()) {
      options.owner().get().write(file);
      return options.owner().get();
    }
    return CredentialFile.readOrCreate(file, random);
  }

  private void authorize(Caller caller, Supplier<Access> access) {
    accounts.of(caller.account()).permissions().authorize(caller, access);
  }

  private List<Map<String, String>> runtimeRows() {
    return runtimes.list().stream()
        .map(
            row ->
                Map.of(
                    "id", row.id(),
                    "version", row.version(),
                    "interpreter", row.interpreter().map(Path::toString).orElse(""),
                    "aliasOf", row.aliasOf().orElse("")))
        .toList();
  }

  private ScheduledExecutorService timer() {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("mayfly-keep-alive").daemon(true).factory());
    closing.add(timer::shutdownNow);
    return timer;
  }

  private static void every(ScheduledExecutorService timer, Duration period, Runnable work) {
    var _ =
        timer.scheduleWithFixedDelay(
            () -> {
              try {
                work.run();
              } catch (RuntimeException e) {
                // A scheduled task that throws is never run again.
                log.error("idle instances could not be looked after", e);
              }
            },
            period.toMillis(),
            period.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private static int sparesOfTheirOwn() {
    OperatingSystemMXBean machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return (int) (machine.getTotalMemorySize() * OWN_SPARES_SHARE / OWN_SPARE_BYTES);
  }
}
