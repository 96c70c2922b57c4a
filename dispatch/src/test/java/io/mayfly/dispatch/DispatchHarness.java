package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.dispatch.FakeSandbox.Program;
import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Lifecycle;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.model.RequestId;
import io.mayfly.model.TenantId;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.sandbox.InstanceSpec;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A dispatcher over a {@link FakeSandbox}, with functions, a clock and a log that tests set. */
final class DispatchHarness implements AutoCloseable {
  static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  static final FunctionVersion NAME = FunctionVersion.latest(new FunctionName("thumb"));
  static final RequestId REQUEST = new RequestId("8f507cfc-xmpl-4697-b07a-ac58fc914c95");
  static final Instant START = Instant.parse("2026-03-01T12:00:00.123456Z");

  final Map<FunctionVersion, FunctionConfig> functions = new ConcurrentHashMap<>();
  final Map<FunctionName, Integer> reserved = new ConcurrentHashMap<>();
  final Map<FunctionVersion, Integer> provisioned = new ConcurrentHashMap<>();
  final AtomicLong nanos = new AtomicLong();
  final List<InvokeResult.Usage> usages = new CopyOnWriteArrayList<>();
  final FakeSandbox sandbox;
  private final MemoryGuard memory;
  final Dispatcher dispatcher;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final AtomicInteger revision = new AtomicInteger();

  DispatchHarness(int concurrency, Function<InstanceSpec, Program> programs) {
    this(concurrency, programs, KeepAlive.fixed(Duration.ofSeconds(60)));
  }

  DispatchHarness(int concurrency, Function<InstanceSpec, Program> programs, KeepAlive keepAlive) {
    sandbox = new FakeSandbox(programs);
    FunctionSource source =
        new FunctionSource() {
          @Override
          public FunctionConfig serving(FunctionVersion version) {
            FunctionConfig config = functions.get(version);
            if (config == null) {
              throw new MayflyException(ErrorCode.NOT_FOUND, "Function not found: " + version);
            }
            return config;
          }

          @Override
          public Path code(FunctionConfig config) {
            return Path.of("/code", config.code().sha256());
          }

          @Override
          public Optional<Path> layers(FunctionConfig config) {
            return config.settings().layers().stream()
                .findFirst()
                .map(layer -> Path.of("/layers", layer.code().sha256()));
          }
        };
    InstanceStarter starter =
        new InstanceStarter(
            ACCOUNT,
            source,
            runtime ->
                new RuntimeLaunch(
                    List.of("/var/task/bootstrap"),
                    List.of(),
                    Map.of(),
                    RuntimeLaunch.Channel.RUNTIME_API),
            _ -> new Credentials("ASIA", "secret", "token"),
            (function, stream) -> this::log,
            () -> sandbox,
            new SparePools(() -> sandbox, 0, 0, Duration.ZERO, nanos::get),
            new StartGate(4, never -> {}),
            Optional.empty(),
            this::now);
    memory = new MemoryGuard(sandbox::memory, DataSize.ofMegabytes(4096), () -> {});
    dispatcher =
        new Dispatcher(
            source,
            starter,
            keepAlive,
            memory,
            new ConcurrencyLimits() {
              @Override
              public OptionalInt reserved(FunctionName function) {
                Integer calls = reserved.get(function);
                return calls == null ? OptionalInt.empty() : OptionalInt.of(calls);
              }

              @Override
              public Map<FunctionVersion, Integer> provisioned() {
                return provisioned;
              }

              @Override
              public int unreserved() {
                return concurrency
                    - reserved.values().stream().mapToInt(Integer::intValue).sum()
                    - provisioned.values().stream().mapToInt(Integer::intValue).sum();
              }
            },
            (config, result) -> usages.add(result.usage()),
            this::now,
            nanos::get);
    deploy(NAME);
  }

  /** One program for every instance. */
  static DispatchHarness of(Program program) {
    return new DispatchHarness(1000, spec -> program);
  }

  /** A new revision of a function, as after an update. */
  FunctionConfig deploy(FunctionVersion version) {
    return deploy(version, Map.of());
  }

  FunctionConfig deploy(FunctionVersion version, Map<String, String> environment) {
    return deploy(version, environment, settings -> settings);
  }

  FunctionConfig deploy(
      FunctionVersion version,
      Map<String, String> environment,
      UnaryOperator<FunctionSettings> change) {
    int next = revision.incrementAndGet();
    FunctionConfig config =
        new FunctionConfig(
            version,
            change.apply(
                new FunctionSettings(
                    "",
                    "provided.al2023",
                    "bootstrap",
                    "arn:aws:iam::000000000000:role/any",
                    Duration.ofSeconds(3),
                    DataSize.ofMegabytes(128),
                    DataSize.ofMegabytes(512),
                    environment)),
            new FunctionConfig.CodeReference("code-" + next, 10, 10),
            Lifecycle.active(),
            "revision-" + next,
            START,
            false);
    functions.put(version, config);
    return config;
  }

  InvokeResult invoke() {
    return invoke(NAME);
  }

  /** Stops idle instances if memory is short; whether that was enough. */
  boolean relieveMemory() {
    long missing = memory.missing();
    return missing <= 0 || dispatcher.evict(missing) == 0;
  }

  InvokeResult invoke(FunctionVersion version) {
    return dispatcher.invoke(request(version));
  }

  /** A call of the function for a caller who reads the response as it comes. */
  StreamedResponse stream() {
    return dispatcher.stream(request(NAME));
  }

  /** A call of the function on a tenant's behalf. */
  InvokeResult invoke(String tenant) {
    return dispatcher.invoke(request(NAME, Optional.of(new TenantId(tenant))));
  }

  /** The function from now on, with its tenants apart. */
  void deployPerTenant() {
    FunctionConfig config = deploy(NAME);
    functions.put(
        NAME,
        new FunctionConfig(
            NAME,
            config.settings(),
            config.code(),
            config.lifecycle(),
            config.revisionId(),
            config.lastModified(),
            true));
  }

  private static InvokeRequest request(FunctionVersion version) {
    return request(version, Optional.empty());
  }

  private static InvokeRequest request(FunctionVersion version, Optional<TenantId> tenant) {
    return new InvokeRequest(
        REQUEST,
        version,
        FunctionArn.of(ACCOUNT, version.function()),
        "{}".getBytes(StandardCharsets.UTF_8),
        "Root=1-0-0",
        Optional.empty(),
        tenant);
  }

  /** A call of a version is throttled for a reason. */
  void assertThrottled(FunctionVersion version, String reason) {
    assertThatThrownBy(() -> invoke(version))
        .isInstanceOfSatisfying(
            MayflyException.class,
            refusal -> assertThat(refusal.details()).isEqualTo(Map.of("Reason", reason)));
  }

  Instant now() {
    return START.plusNanos(nanos.get());
  }

  void advance(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  static Outcome success(String payload) {
    return new Outcome.Success(payload.getBytes(StandardCharsets.UTF_8), "application/json");
  }

  String logged() {
    synchronized (log) {
      return log.toString(StandardCharsets.UTF_8);
    }
  }

  /**
   * Lets go of what it keeps of the calls so far, so that what the dispatcher keeps can be
   * measured.
   */
  void forgetCalls() {
    synchronized (log) {
      log.reset();
    }
    usages.clear();
    sandbox.started.clear();
  }

  private void log(byte[] bytes, int offset, int length) {
    synchronized (log) {
      log.write(bytes, offset, length);
    }
  }

  @Override
  public void close() {
    dispatcher.close();
    sandbox.close();
  }
}
