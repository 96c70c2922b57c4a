package io.mayfly.server;

import com.sun.management.OperatingSystemMXBean;
import io.mayfly.aws.AwsEndpoint;
import io.mayfly.aws.Credentials.AccessKey;
import io.mayfly.aws.Headers;
import io.mayfly.aws.ServiceModel;
import io.mayfly.aws.SigV4Signer;
import io.mayfly.aws.SigV4Verifier;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.dispatch.FunctionSource;
import io.mayfly.dispatch.InstanceStarter;
import io.mayfly.dispatch.KeepAlive;
import io.mayfly.dispatch.MemoryGuard;
import io.mayfly.dispatch.SparePools;
import io.mayfly.dispatch.StartGate;
import io.mayfly.dispatch.Trainings;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.functions.CodeStore;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.functions.FunctionPolicies;
import io.mayfly.functions.FunctionTags;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.functions.Layers;
import io.mayfly.functions.RecursiveLoops;
import io.mayfly.functions.RuntimeManagement;
import io.mayfly.gateway.AwsHandler;
import io.mayfly.gateway.FunctionUrlHandler;
import io.mayfly.gateway.HttpThreads;
import io.mayfly.gateway.Listener;
import io.mayfly.gateway.PlatformHandler;
import io.mayfly.gateway.Router;
import io.mayfly.identity.IdentityApi;
import io.mayfly.identity.Permissions;
import io.mayfly.identity.Policies;
import io.mayfly.identity.Roles;
import io.mayfly.identity.Sessions;
import io.mayfly.lambda.LambdaApi;
import io.mayfly.lambda.LambdaPorts;
import io.mayfly.logs.LogsApi;
import io.mayfly.meter.FunctionLogs;
import io.mayfly.meter.Price;
import io.mayfly.meter.UsageTotals;
import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.LayerVersionId;
import io.mayfly.runtimes.RuntimeCatalog;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sandbox.SandboxConfig;
import io.mayfly.sandbox.Sandboxes;
import io.mayfly.store.BlobStore;
import io.mayfly.store.CredentialFile;
import io.mayfly.store.DataDirectory;
import io.mayfly.store.Database;
import io.mayfly.store.FunctionStore;
import io.mayfly.store.IdentityStore;
import io.mayfly.store.KeyFile;
import io.mayfly.store.SqliteCodeSigningStore;
import io.mayfly.store.SqliteEventSourceMappingStore;
import io.mayfly.store.SqliteFunctionStore;
import io.mayfly.store.SqliteIdentityStore;
import io.mayfly.store.SqliteLayerStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform, built in the order in which data flows: what is stored, what functions there are,
 * how an instance is made, how a call reaches one, how the network reaches a call. Reading the
 * constructor is reading the architecture.
 */
final class Platform implements AutoCloseable {
  private static final Duration IDLE_CHECK = Duration.ofSeconds(1);

  /** In this time a function takes some hundred megabytes at most. */
  private static final Duration MEMORY_CHECK = Duration.ofMillis(200);

  /** How long instances of functions are kept that little is known of. */
  private static final Duration WINDOW = Duration.ofMinutes(10);

  private static final Duration LOG_PAUSE = Duration.ofMillis(10);

  /** How often logs are rid of what is older than it is kept. */
  private static final Duration LOG_EXPIRY = Duration.ofHours(1);

  /** What the start of an instance takes of a processor, when nothing is loaded yet. */
  private static final Duration START_TIME = Duration.ofMillis(100);

  private static final Duration SPARE_PAUSE = Duration.ofMillis(30);

  /** Of the machine's memory, for spares that wait for one function alone; and what each takes. */
  private static final double OWN_SPARES_SHARE = 0.1;

  private static final long OWN_SPARE_BYTES = DataSize.ofMegabytes(100).bytes();

  private static final Logger log = LoggerFactory.getLogger(Platform.class);
  private static final Duration CODE_ADDRESS_VALIDITY = Duration.ofMinutes(10);

  private final InstantSource clock = Clock.systemUTC();
  private final Closing closing = new Closing();
  private final ServerOptions options;
  private final CredentialFile owner;
  private final FunctionCatalog catalog;
  private final FunctionUrls urls;
  private final RuntimeCatalog runtimes;
  private final UsageTotals usages;
  private final Sessions sessions;
  private final boolean fresh;
  private final Listener listener;

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
      Account account = options.account();

      // Durable state
      DataDirectory data = closing.add(DataDirectory.open(options.data()));
      owner = ownerKeys(data, random);
      // Trying the first jail waits for the kernel, so it runs beside the rest of the start.
      Background<HttpThreads> threads = new Background<>(() -> closing.add(HttpThreads.start()));
      SandboxConfig isolation = new SandboxConfig(data.root(), options.isolation());
      Background<Sandbox> sandbox =
          new Background<>(
              () -> closing.add(Sandboxes.open(isolation, new GuestSockets(threads.get()))));
      Database database = closing.add(Database.open(data.root().resolve("mayfly.db")));
      FunctionStore store = new SqliteFunctionStore(database);
      CodeStore code = new CodeStore(new BlobStore(data.folder("blobs")), data.folder("code"));
      FunctionLogs logs =
          closing.add(new FunctionLogs(data.folder("logs"), options.logLimit(), LOG_PAUSE, clock));
      usages = new UsageTotals(Price.LAMBDA);
      CallMeter meter = new CallMeter(usages, clock);

      // Who may do what
      IdentityStore identities = new SqliteIdentityStore(database);
      Roles roles = new Roles(account, identities, clock, random);
      Policies rolePolicies = new Policies(roles, identities, clock, random);
      Permissions permissions = new Permissions(account, roles, rolePolicies);
      sessions =
          new Sessions(
              account,
              KeyFile.readOrCreate(data.root().resolve("session-key"), Sessions.KEY_BYTES, random),
              random,
              clock);
      // What can run
      runtimes =
          new RuntimeCatalog(
              guestHome,
              options.runtimeAliases(),
              Optional.of(data.root().resolve("runtimes")),
              System.getenv());

      // Functions
      Layers layers = new Layers(account, new SqliteLayerStore(database), code, clock);
      catalog =
          closing.add(new FunctionCatalog(account, store, code, layers, runtimes::launch, clock));
      FunctionTags tags = new FunctionTags(catalog, store);
      Aliases aliases = new Aliases(catalog, store, () -> ThreadLocalRandom.current().nextDouble());
      urls = new FunctionUrls(catalog, aliases, store, clock, random);
      FunctionPolicies policies = new FunctionPolicies(catalog, aliases, store);
      EventInvokeConfigs events = new EventInvokeConfigs(catalog, aliases, store, clock);
      CodeSigningConfigs signing =
          new CodeSigningConfigs(catalog, new SqliteCodeSigningStore(database), clock, random);
      RuntimeManagement management = new RuntimeManagement(catalog, store, runtimes::version);
      RecursiveLoops loops = new RecursiveLoops(catalog, store);
      EventSourceMappings mappings =
          new EventSourceMappings(
              catalog,
              aliases,
              new SqliteEventSourceMappingStore(database),
              clock,
              () -> UUID.randomUUID().toString());
      FunctionConcurrency concurrency =
          new FunctionConcurrency(catalog, aliases, store, options.concurrency(), clock);
      fresh = catalog.list().isEmpty();
      ServiceModel lambdaModel = ServiceModel.bundled("lambda-2015-03-31.json");

      // The way of a call to an instance
      FunctionSource source = new CatalogSource(catalog, code);
      SparePools spares =
          closing.add(
              new SparePools(
                  sandbox::get,
                  options.spares(),
                  sparesOfTheirOwn(),
                  SPARE_PAUSE,
                  System::nanoTime));
      HandlerCredentials credentials = new HandlerCredentials(roles, sessions);
      Trainings trainings =
          closing.add(
              new Trainings(
                  account,
                  source,
                  credentials::of,
                  sandbox::get,
                  new DerivedFolder(code),
                  options.spares() > 0));
      InstanceStarter starter =
          new InstanceStarter(
              account,
              source,
              runtimes::launch,
              credentials::of,
              (function, stream) -> logs.writer(function, stream)::write,
              sandbox::get,
              spares,
              new StartGate(2 * Runtime.getRuntime().availableProcessors(), START_TIME),
              Optional.of(trainings),
              clock);
      Dispatcher dispatcher =
          closing.add(
              new Dispatcher(
                  source,
                  starter,
                  options.keepAlive().map(KeepAlive::fixed).orElse(KeepAlive.learning(WINDOW)),
                  new MemoryGuard(() -> sandbox.get().memory()),
                  new CatalogLimits(concurrency),
                  meter,
                  clock,
                  System::nanoTime));
      catalog.retireInstancesWith(
          version ->
              dispatcher
                  .retire(version)
                  .thenRun(
                      () -> {
                        if (catalog.find(version.function()).isEmpty()) {
                          removeLog(logs, version.function());
                        }
                      }));
      concurrency.whenProvisioned(dispatcher::provision);
      meter.gauge("mayfly_calls_running", "Calls that run now.", dispatcher::running);
      meter.gauge("mayfly_instances", "Instances in whatever state.", dispatcher::instances);
      meter.counter(
          "mayfly_prewarms_total",
          "Instances started ahead of calls that were expected.",
          dispatcher::prewarmed);
      meter.counter(
          "mayfly_evictions_total",
          "Idle instances stopped for want of memory.",
          dispatcher::evicted);
      trainings.whenDecided(starter::expect);
      catalog.whenServing(starter::expect);

      // The network
      // Trace ids must not meet; they need not be hard to guess, and calls share no lock for them.
      RandomGenerator traces = () -> ThreadLocalRandom.current().nextLong();
      SigV4Verifier verifier = new SigV4Verifier(this::key, account.region(), clock);
      AwsEndpoint endpoint =
          new AwsEndpoint(
              List.of(
                  LambdaApi.service(
                      lambdaModel,
                      new LambdaPorts(
                          catalog,
                          layers,
                          aliases,
                          urls,
                          tags,
                          policies,
                          events,
                          signing,
                          management,
                          loops,
                          mappings,
                          concurrency,
                          dispatcher,
                          this::codeLocation,
                          this::layerLocation,
                          this::functionUrl,
                          clock,
                          traces))),
              Map.of(
                  "iam",
                  () ->
                      IdentityApi.iam(
                          ServiceModel.bundled("iam-2010-05-08.json"), roles, rolePolicies),
                  "sts",
                  () ->
                      IdentityApi.sts(
                          ServiceModel.bundled("sts-2011-06-15.json"),
                          account,
                          roles,
                          permissions,
                          sessions),
                  "logs",
                  () ->
                      LogsApi.service(
                          ServiceModel.bundled("logs-2014-03-28.json"),
                          account,
                          logs,
                          System::nanoTime)),
              verifier,
              permissions,
              meter);
      Router router =
          new Router(
              new FunctionUrlHandler(
                  account,
                  urls,
                  aliases,
                  policies,
                  dispatcher,
                  meter,
                  verifier,
                  permissions,
                  clock,
                  traces),
              new PlatformHandler(
                  verifier,
                  permissions,
                  catalog,
                  layers,
                  code::zip,
                  this::runtimeRows,
                  logs::copy,
                  meter::explain,
                  meter,
                  this::hasPassword),
              new AwsHandler(endpoint));
      // Nobody is let in before it is known that instances can be made.
      var _ = sandbox.get();
      ScheduledExecutorService timer = timer();
      every(timer, MEMORY_CHECK, () -> spares.hold(!dispatcher.relieveMemory()));
      every(
          timer,
          IDLE_CHECK,
          () -> {
            dispatcher.tendIdle();
            dispatcher.provision();
            spares.stopUnused();
          });
      // On a thread of its own, because the timer's looks after memory.
      every(timer, LOG_EXPIRY, () -> Thread.startVirtualThread(() -> expire(logs)));
      listener =
          closing.add(
              Listener.start(
                  threads.get(), new InetSocketAddress(options.host(), options.port()), router));
      closing.add(RunFile.write(data.root(), url(), account.region()));
    } catch (RuntimeException | Error e) {
      closing.close();
      throw e;
    }
  }

  /** Where the platform can be reached from this machine. */
  String url() {
    return "http://" + authority();
  }

  /** A listener on every address is reached by the loopback one. */
  private String authority() {
    boolean every = options.host().equals("0.0.0.0") || options.host().equals("::");
    String host = every ? "127.0.0.1" : options.host();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + listener.port();
  }

  int port() {
    return listener.port();
  }

  CredentialFile owner() {
    return owner;
  }

  FunctionCatalog catalog() {
    return catalog;
  }

  FunctionUrls urls() {
    return urls;
  }

  RuntimeCatalog runtimes() {
    return runtimes;
  }

  UsageTotals usages() {
    return usages;
  }

  /** Whether the data directory held no function at the start. */
  boolean fresh() {
    return fresh;
  }

  /** The address of a function URL's id. */
  String functionUrl(String id) {
    return "http://%s:%d/"
        .formatted(FunctionUrl.host(id, catalog.account().region()), listener.port());
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

  private Optional<AccessKey> key(String accessKeyId, Optional<String> token) {
    return accessKeyId.equals(owner.accessKeyId())
        ? Optional.of(ownerKey())
        : token.flatMap(given -> sessions.key(accessKeyId, given));
  }

  /** Whether the owner's keys are sent as user and password (RFC 7617). */
  private boolean hasPassword(Headers headers) {
    String keys = owner.accessKeyId() + ":" + owner.secretAccessKey();
    String expected =
        "Basic " + Base64.getEncoder().encodeToString(keys.getBytes(StandardCharsets.UTF_8));
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8),
        headers.first("authorization").orElse("").getBytes(StandardCharsets.UTF_8));
  }

  private AccessKey ownerKey() {
    return new AccessKey(
        owner.accessKeyId(),
        owner.secretAccessKey(),
        Optional.empty(),
        "arn:aws:iam::%s:root".formatted(catalog.account().id()));
  }

  /** A presigned address, as AWS gives one: whoever reads the function may fetch its code. */
  private String codeLocation(FunctionConfig config) {
    FunctionVersion id = config.id();
    return presigned("/_mayfly/code/" + id.function() + (id.latest() ? "" : "/" + id.version()));
  }

  private String layerLocation(LayerVersionId id) {
    return presigned("/_mayfly/layers/" + id.layer() + "/" + id.number());
  }

  private String presigned(String path) {
    String host = authority();
    SigV4Signer signer = new SigV4Signer(ownerKey(), catalog.account().region(), clock);
    return "http://%s%s?%s"
        .formatted(
            host,
            path,
            signer.presign("GET", host, path, PlatformHandler.SIGNING_NAME, CODE_ADDRESS_VALIDITY));
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

  private static void expire(FunctionLogs logs) {
    try {
      logs.expire();
    } catch (IOException e) {
      log.warn("old lines could not be removed from the logs: {}", e.toString());
    }
  }

  private static void removeLog(FunctionLogs logs, FunctionName function) {
    try {
      logs.remove(function);
    } catch (IOException e) {
      log.warn("the log of {} could not be removed: {}", function, e.toString());
    }
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
