package io.mayfly.server;

import io.mayfly.aws.AwsService;
import io.mayfly.aws.ServiceModel;
import io.mayfly.aws.SigV4Signer;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.dispatch.FunctionSource;
import io.mayfly.dispatch.InstanceStarter;
import io.mayfly.dispatch.KeepAlive;
import io.mayfly.dispatch.Trainings;
import io.mayfly.events.EventBridge;
import io.mayfly.events.EventBuses;
import io.mayfly.events.EventsApi;
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
import io.mayfly.gateway.AccountView;
import io.mayfly.gateway.FunctionUrlHandler;
import io.mayfly.gateway.PlatformHandler;
import io.mayfly.identity.IdentityApi;
import io.mayfly.identity.Permissions;
import io.mayfly.identity.Policies;
import io.mayfly.identity.Roles;
import io.mayfly.identity.Sessions;
import io.mayfly.kafka.KafkaSources;
import io.mayfly.lambda.LambdaApi;
import io.mayfly.lambda.LambdaPorts;
import io.mayfly.logs.LogsApi;
import io.mayfly.meter.FunctionLogs;
import io.mayfly.meter.Price;
import io.mayfly.meter.UsageTotals;
import io.mayfly.model.Account;
import io.mayfly.model.EventSource;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.LayerVersionId;
import io.mayfly.queue.Queues;
import io.mayfly.scheduler.SchedulerApi;
import io.mayfly.scheduler.SchedulerPorts;
import io.mayfly.scheduler.Schedules;
import io.mayfly.sns.TopicParts;
import io.mayfly.sns.Topics;
import io.mayfly.sqs.SourceQueue;
import io.mayfly.sqs.SourceQueues;
import io.mayfly.sqs.SqsApi;
import io.mayfly.store.BlobStore;
import io.mayfly.store.Database;
import io.mayfly.store.EventBusStore;
import io.mayfly.store.FunctionStore;
import io.mayfly.store.IdentityStore;
import io.mayfly.store.SqliteCodeSigningStore;
import io.mayfly.store.SqliteEventBusStore;
import io.mayfly.store.SqliteEventSourceMappingStore;
import io.mayfly.store.SqliteFunctionStore;
import io.mayfly.store.SqliteIdentityStore;
import io.mayfly.store.SqliteLayerStore;
import io.mayfly.store.SqliteScheduleStore;
import io.mayfly.store.SqliteTopicRuleStore;
import io.mayfly.store.SqliteTopicStore;
import io.mayfly.triggers.Alarms;
import io.mayfly.triggers.AsyncCalls;
import io.mayfly.triggers.AsyncParts;
import io.mayfly.triggers.EventSources;
import io.mayfly.triggers.ExpectedCalls;
import io.mayfly.triggers.QueueTarget;
import io.mayfly.triggers.SourcePorts;
import io.mayfly.triggers.SqsSources;
import io.mayfly.triggers.Targets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one account has for itself, built in the order in which data flows: its store, who may do
 * what in it, its functions, the way of a call to one of their instances, and the APIs over all
 * that. Nothing of it is known to another account.
 */
final class AccountServices implements AutoCloseable {
  /** How long instances of functions are kept that little is known of. */
  private static final Duration WINDOW = Duration.ofMinutes(10);

  private static final Duration LOG_PAUSE = Duration.ofMillis(10);
  private static final Duration CODE_ADDRESS_VALIDITY = Duration.ofMinutes(10);

  /** Ids must not meet; they need not be hard to guess, and calls share no lock for them. */
  private static final RandomGenerator RANDOM = () -> ThreadLocalRandom.current().nextLong();

  private static final Logger log = LoggerFactory.getLogger(AccountServices.class);

  private final Machine machine;
  private final Account account;
  private final Queues queues;
  private final Closing closing = new Closing();
  private final FunctionLogs logs;
  private final UsageTotals usages = new UsageTotals(Price.LAMBDA);
  private final CallMeter meter;
  private final Permissions permissions;
  private final Sessions sessions;
  private final FunctionCatalog catalog;
  private final FunctionUrls urls;
  private final Dispatcher dispatcher;
  private final AsyncCalls async;
  private final Topics topics;
  private final AccountMqtt mqtt;
  private final FunctionUrlHandler functionUrls;
  private final AccountView view;

  /** The APIs by the names in signatures, and those that have been asked for. */
  private final Map<String, Function<ServiceModel, AwsService>> apis;

  private final Map<String, AwsService> made = new ConcurrentHashMap<>();

  /**
   * Opens an account.
   *
   * @param folders gives a folder of its own for each name, made on first use
   * @param database its own
   * @param queues its own; whoever opened both closes them after this
   * @throws io.mayfly.model.MayflyException if what it has cannot be read
   */
  AccountServices(
      Machine machine,
      Account account,
      Function<String, Path> folders,
      Database database,
      Queues queues) {
    this.machine = machine;
    this.account = account;
    this.queues = queues;
    ServerOptions options = machine.options();
    InstantSource clock = machine.clock();

    // Durable state
    FunctionStore store = new SqliteFunctionStore(database);
    CodeStore code = new CodeStore(new BlobStore(folders.apply("blobs")), folders.apply("code"));
    logs =
        closing.add(new FunctionLogs(folders.apply("logs"), options.logLimit(), LOG_PAUSE, clock));
    meter = new CallMeter(usages, clock);

    // Who may do what
    IdentityStore identities = new SqliteIdentityStore(database);
    Roles roles = new Roles(account, identities, clock, machine.random());
    Policies rolePolicies = new Policies(roles, identities, clock, machine.random());
    permissions = new Permissions(account, roles, rolePolicies);
    sessions = new Sessions(account, machine.platformKey(), machine.random(), clock);

    // Functions
    Layers layers = new Layers(account, new SqliteLayerStore(database), code, clock);
    catalog =
        closing.add(
            new FunctionCatalog(account, store, code, layers, machine.runtimes()::launch, clock));
    FunctionTags tags = new FunctionTags(catalog, store);
    Aliases aliases = new Aliases(catalog, store, () -> ThreadLocalRandom.current().nextDouble());
    urls = new FunctionUrls(catalog, aliases, store, clock, machine.random());
    FunctionPolicies policies = new FunctionPolicies(catalog, aliases, store);
    EventInvokeConfigs events = new EventInvokeConfigs(catalog, aliases, store, clock);
    CodeSigningConfigs signing =
        new CodeSigningConfigs(
            catalog, new SqliteCodeSigningStore(database), clock, machine.random());
    RuntimeManagement management =
        new RuntimeManagement(catalog, store, machine.runtimes()::version);
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

    // The way of a call to an instance
    FunctionSource source = new CatalogSource(catalog, code);
    HandlerCredentials credentials = new HandlerCredentials(roles, sessions);
    Trainings trainings =
        closing.add(
            new Trainings(
                account,
                source,
                credentials::of,
                machine.sandbox(),
                new DerivedFolder(code),
                options.spares() > 0,
                machine.training()));
    InstanceStarter starter =
        new InstanceStarter(
            account,
            source,
            machine.runtimes()::launch,
            credentials::of,
            (function, stream) -> logs.writer(function, stream)::write,
            machine.sandbox(),
            machine.spares(),
            machine.starts(),
            Optional.of(trainings),
            clock);
    dispatcher =
        closing.add(
            new Dispatcher(
                source,
                starter,
                options.keepAlive().map(KeepAlive::fixed).orElse(KeepAlive.learning(WINDOW)),
                machine.memory(),
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
                        removeLog(version.function());
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

    // What can be told of events, and calls that nobody waits for
    SourceQueues sources = new SourceQueues(account, queues, machine.platformKey());
    Function<String, Optional<String>> queuePolicies =
        arn -> sources.find(arn).flatMap(SourceQueue::policy);
    EventBusStore busStore = new SqliteEventBusStore(database);
    EventBuses buses = new EventBuses(account, busStore, clock);
    Targets targets =
        new Targets(
            new TargetAccess(
                account,
                permissions,
                policies,
                arn ->
                    queuePolicies
                        .apply(arn)
                        .or(() -> buses.policy(arn))
                        .or(() -> topicPolicy(arn))));
    targets.add("sqs", new Targets.Kind("sqs:SendMessage", new QueueTarget(account, queues)));
    async =
        closing.add(
            new AsyncCalls(
                queues,
                new AsyncParts(
                    catalog,
                    aliases,
                    events,
                    loops,
                    concurrency,
                    targets,
                    dispatcher::submit,
                    new EventMeter(meter),
                    machine.processors()::busy,
                    clock)));
    topics =
        closing.add(
            new Topics(
                new TopicParts(
                    account,
                    new SqliteTopicStore(database),
                    queues,
                    targets,
                    machine.signer(),
                    permissions::checkResourcePolicy,
                    new TopicMeter(meter.topics()),
                    machine.authority(),
                    account.equals(options.account()),
                    machine.random(),
                    RANDOM,
                    clock,
                    System::nanoTime,
                    task -> Thread.ofVirtual().name("topics").start(task))));
    catalog.whenServing(
        config -> {
          starter.expect(config);
          async.serving(config.name());
        });
    SourcePorts ports =
        new SourcePorts(
            catalog,
            aliases,
            loops,
            dispatcher::submit,
            new CatalogLimits(concurrency),
            (role, action, arn) ->
                permissions.allowsRole(role, action, arn, queuePolicies.apply(arn)),
            new SourceMeter(meter.sources()),
            machine.processors()::busy,
            clock,
            System::nanoTime,
            RANDOM);
    mappings.deliverWith(
        closing.add(
            new EventSources(
                Map.of(
                    EventSource.Kind.SQS,
                    new SqsSources(ports, arn -> sources.find(arn).map(SqsEventQueue::new)),
                    EventSource.Kind.KAFKA,
                    new KafkaSources(
                        ports,
                        (arn, sender, notice) ->
                            queues.send(targets.forward(arn, sender, notice)))))));

    // Event buses, which tell all targets that there are
    EventBridge bridge = closing.add(new EventBridge(buses, busStore, queues, targets, RANDOM));
    BusMetrics.of(meter, bridge);

    // What fires by the clock
    ScheduleMeter scheduleMeter = new ScheduleMeter(meter.schedules());
    Alarms alarms = closing.add(new Alarms(queues, scheduleMeter, clock, RANDOM));
    ExpectedCalls expected = new ExpectedCalls(aliases::meant, dispatcher::expect);
    buses.scheduleWith(new RuleAlarms(alarms, bridge, expected));
    Schedules schedules =
        new Schedules(
            new SchedulerPorts(
                account,
                new SqliteScheduleStore(database),
                alarms,
                targets,
                expected,
                (role, group) -> permissions.trustsService(role, "scheduler.amazonaws.com", group),
                scheduleMeter,
                clock,
                RANDOM));

    // What devices publish
    mqtt =
        new AccountMqtt(
            account,
            new SqliteTopicRuleStore(database),
            targets,
            queues,
            meter,
            machine.mqtt(),
            clock,
            RANDOM);

    // Its side of the network
    functionUrls =
        new FunctionUrlHandler(
            account,
            urls,
            aliases,
            policies,
            dispatcher,
            meter,
            machine.verifier(),
            permissions,
            clock,
            RANDOM);
    view =
        new AccountView(
            catalog,
            layers,
            code::zip,
            logs::copy,
            meter::explain,
            async::overview,
            new BusIntake(bridge),
            mqtt,
            meter);
    apis =
        Map.of(
            "sns",
            model -> topics.service(model),
            "lambda",
            model ->
                LambdaApi.service(
                    model,
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
                        async::accept,
                        List.of(async),
                        this::codeLocation,
                        this::layerLocation,
                        this::functionUrl,
                        clock,
                        RANDOM)),
            "iam",
            model -> IdentityApi.iam(model, roles, rolePolicies, machine.keys()),
            "sts",
            model -> IdentityApi.sts(model, account, roles, permissions, sessions),
            "logs",
            model -> LogsApi.service(model, account, logs, System::nanoTime),
            "scheduler",
            model -> SchedulerApi.service(model, schedules),
            "sqs",
            model ->
                SqsApi.service(
                    model,
                    account,
                    queues,
                    permissions,
                    permissions::checkResourcePolicy,
                    machine.platformKey(),
                    RANDOM,
                    clock,
                    System::nanoTime),
            "events",
            model ->
                EventsApi.service(model, bridge, permissions, permissions::checkResourcePolicy));
  }

  Account account() {
    return account;
  }

  /** Its durable queues. */
  Queues queues() {
    return queues;
  }

  FunctionCatalog catalog() {
    return catalog;
  }

  FunctionUrls urls() {
    return urls;
  }

  UsageTotals usages() {
    return usages;
  }

  CallMeter meter() {
    return meter;
  }

  Permissions permissions() {
    return permissions;
  }

  Sessions sessions() {
    return sessions;
  }

  /** What devices publish, and where that is brought. */
  AccountMqtt mqtt() {
    return mqtt;
  }

  /** What the platform's own endpoints show of it. */
  AccountView view() {
    return view;
  }

  /** The API that a model describes, bound to what this account has, made when first asked for. */
  AwsService service(ServiceModel model) {
    String name = model.metadata().signingName();
    AwsService known = made.get(name);
    return known != null
        ? known
        : made.computeIfAbsent(
            name, _ -> apis.getOrDefault(name, AccountServices::none).apply(model));
  }

  private static AwsService none(ServiceModel model) {
    throw new IllegalArgumentException(
        "no account has a service " + model.metadata().signingName());
  }

  FunctionUrlHandler functionUrls() {
    return functionUrls;
  }

  /** The address of a function URL's id. */
  String functionUrl(String id) {
    return "http://%s:%s/"
        .formatted(
            FunctionUrl.host(id, account.region()),
            machine.authority().get().replaceAll(".*:", ""));
  }

  /** How many instances it has, in whatever state. */
  int instances() {
    return dispatcher.instances();
  }

  /** Stops idle instances until so many bytes are free again; how many that did not free. */
  long evict(long missing) {
    return dispatcher.evict(missing);
  }

  /** Stops idle instances, and starts those that are expected to be wanted. */
  void tendIdle() {
    dispatcher.tendIdle();
    dispatcher.provision();
    // On a thread of its own, because the timer's looks after memory.
    Thread.startVirtualThread(async::tend);
  }

  /** Takes from the logs what is older than it is kept. */
  void expireLogs() {
    try {
      logs.expire();
    } catch (IOException e) {
      log.warn("old lines could not be removed from the logs: {}", e.toString());
    }
  }

  @Override
  public void close() {
    closing.close();
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
    String host = machine.authority().get();
    SigV4Signer signer =
        new SigV4Signer(
            sessions.ofOwner(CODE_ADDRESS_VALIDITY).key(), account.region(), machine.clock());
    return "http://%s%s?%s"
        .formatted(
            host,
            path,
            signer.presign("GET", host, path, PlatformHandler.SIGNING_NAME, CODE_ADDRESS_VALIDITY));
  }

  private Optional<String> topicPolicy(String arn) {
    return topics.policy(arn);
  }

  private void removeLog(FunctionName function) {
    try {
      logs.remove(function);
    } catch (IOException e) {
      log.warn("the log of {} could not be removed: {}", function, e.toString());
    }
  }
}
