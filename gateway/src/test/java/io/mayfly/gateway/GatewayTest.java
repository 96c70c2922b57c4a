package io.mayfly.gateway;

import io.mayfly.aws.Access;
import io.mayfly.aws.AwsEndpoint;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Credentials.AccessKey;
import io.mayfly.aws.Headers;
import io.mayfly.aws.SigV4Verifier;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.dispatch.ConcurrencyLimits;
import io.mayfly.dispatch.Credentials;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.dispatch.FunctionSource;
import io.mayfly.dispatch.InstanceStarter;
import io.mayfly.dispatch.KeepAlive;
import io.mayfly.dispatch.MemoryGuard;
import io.mayfly.dispatch.SparePools;
import io.mayfly.dispatch.StartGate;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.CodeStore;
import io.mayfly.functions.Deployment;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionPolicies;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.functions.Layers;
import io.mayfly.model.Account;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.KeyPair;
import io.mayfly.model.TopicRule;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.store.BlobStore;
import io.mayfly.store.Database;
import io.mayfly.store.SqliteFunctionStore;
import io.mayfly.store.SqliteLayerStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The gateway over real sockets, with one function that lives in memory. */
abstract class GatewayTest {
  static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  static final FunctionName NAME = new FunctionName("echo");
  static final AccessKey KEY =
      new AccessKey("AKIDEXAMPLE", "secret", Optional.empty(), "arn:aws:iam::000000000000:root");

  @TempDir Path folder;

  final InstantSource clock = Clock.systemUTC();
  private Database database;
  private FunctionCatalog catalog;
  private Dispatcher dispatcher;
  Router router;
  final HttpThreads threads = HttpThreads.start();
  Listener listener;
  FunctionUrls urls;
  private FunctionUrl url;

  final EchoSandbox sandbox = new EchoSandbox();

  final List<String> refusals = new CopyOnWriteArrayList<>();

  private void remember(String id, String asked, AwsException error) {
    refusals.add(id + " " + asked + " " + error.code());
  }

  private static final class FakeMetrics implements AccountView.MetricsSource {
    @Override
    public String contentType(String accept) {
      return accept.isEmpty() ? "text/plain" : accept;
    }

    @Override
    public void write(String accept, OutputStream target) throws IOException {
      target.write("calls 1\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Buses that take what they are given, and say what it was. */
  private static final class NoBuses implements AccountView.EventIntake {
    @Override
    public Access access(String bus) {
      return new Access("events:PutEvents", bus);
    }

    @Override
    public WireResponse put(String bus, WireRequest request) {
      return new WireResponse(200, new Headers(), request.body());
    }
  }

  /** Rules that are nothing but kept. */
  private static final class FakeMqtt implements MqttTable {
    private final Map<String, TopicRule> rules = new ConcurrentHashMap<>();

    @Override
    public Status status() {
      return new Status(Optional.of(1883), 2);
    }

    @Override
    public List<TopicRule> rules() {
      return List.copyOf(rules.values());
    }

    @Override
    public List<String> put(TopicRule rule) {
      rules.put(rule.name(), rule);
      return List.of();
    }

    @Override
    public void remove(String name) {
      rules.remove(name);
    }
  }

  /** A platform that has its owner's key alone, and makes one named after its account. */
  private static final class NoKeys implements KeyTable {
    @Override
    public boolean isOwner(String principal) {
      return principal.equals(KEY.principal());
    }

    @Override
    public List<KeyPair> list() {
      return List.of();
    }

    @Override
    public Made create(String account, String description) {
      return new Made(
          new KeyPair("AKIA" + account, account, description, true, Instant.EPOCH), "secret");
    }

    @Override
    public void setActive(String accessKeyId, boolean active) {
      throw new AwsException("NoSuchEntity", 404, accessKeyId + " is not there");
    }

    @Override
    public void delete(String accessKeyId) {
      throw new AwsException("NoSuchEntity", 404, accessKeyId + " is not there");
    }
  }

  @BeforeEach
  void start() throws IOException {
    database = Database.open(folder.resolve("db"));
    SqliteFunctionStore store = new SqliteFunctionStore(database);
    CodeStore code =
        new CodeStore(
            new BlobStore(Files.createDirectory(folder.resolve("blobs"))),
            Files.createDirectory(folder.resolve("code")));
    Layers layers = new Layers(ACCOUNT, new SqliteLayerStore(database), code, clock);
    catalog = new FunctionCatalog(ACCOUNT, store, code, layers, runtime -> {}, clock);
    Aliases aliases = new Aliases(catalog, store, () -> 0);
    FunctionPolicies policies = new FunctionPolicies(catalog, aliases, store);
    urls = new FunctionUrls(catalog, aliases, store, clock, new SecureRandom());
    FunctionSource source =
        new FunctionSource() {
          @Override
          public FunctionConfig serving(FunctionVersion version) {
            return catalog.serving(version);
          }

          @Override
          public Path code(FunctionConfig config) {
            return code.unpack(config.code());
          }

          @Override
          public Optional<Path> layers(FunctionConfig config) {
            return code.layers(config.settings().layers());
          }
        };
    dispatcher =
        new Dispatcher(
            source,
            new InstanceStarter(
                ACCOUNT,
                source,
                runtime ->
                    new RuntimeLaunch(
                        List.of("/bin/true"),
                        List.of(),
                        Map.of(),
                        RuntimeLaunch.Channel.RUNTIME_API),
                _ -> new Credentials("a", "b", "c"),
                (function, stream) -> (bytes, offset, length) -> {},
                () -> sandbox,
                new SparePools(() -> sandbox, 0, 0, Duration.ZERO, System::nanoTime),
                new StartGate(4, Duration.ofSeconds(1)),
                Optional.empty(),
                clock),
            KeepAlive.fixed(Duration.ofMinutes(1)),
            new MemoryGuard(sandbox::memory),
            ConcurrencyLimits.shared(EchoSandbox.MEETING),
            (config, result) -> {},
            clock,
            System::nanoTime);
    SigV4Verifier verifier =
        new SigV4Verifier(
            (id, _) -> id.equals(KEY.accessKeyId()) ? Optional.of(KEY) : Optional.empty(),
            ACCOUNT.region(),
            clock);
    catalog.create(
        new Deployment(
            NAME,
            new FunctionSettings(
                "",
                "provided.al2023",
                "x",
                "arn:aws:iam::000000000000:role/any",
                Deployment.DEFAULT_TIMEOUT,
                Deployment.DEFAULT_MEMORY,
                Deployment.DEFAULT_STORAGE,
                Map.of()),
            Map.of()),
        zip());
    catalog.awaitReady(NAME, Duration.ofSeconds(20));
    url =
        urls.create(
            NAME,
            Optional.empty(),
            FunctionUrl.AuthType.NONE,
            Optional.empty(),
            FunctionUrl.InvokeMode.BUFFERED);
    router =
        new Router(
            ACCOUNT.region(),
            _ ->
                new FunctionUrlHandler(
                    ACCOUNT,
                    urls,
                    aliases,
                    policies,
                    dispatcher,
                    this::remember,
                    verifier,
                    (_, _) -> {},
                    clock,
                    new SecureRandom()),
            new PlatformHandler(
                verifier,
                (_, _) -> {},
                _ ->
                    new AccountView(
                        catalog,
                        layers,
                        code::zip,
                        (function, follow, target) -> target.write('x'),
                        requestId -> List.of(Map.of("what", requestId.value())),
                        () -> List.of(Map.of("function", "f")),
                        new NoBuses(),
                        new FakeMqtt(),
                        new FakeMetrics()),
                () -> List.of(Map.of("id", "python3.12")),
                new NoKeys(),
                headers ->
                    headers
                        .first("authorization")
                        .filter(text -> text.equals("Basic x"))
                        .map(_ -> ACCOUNT.id()),
                request ->
                    new WireResponse(
                        200, new Headers(), request.query().getBytes(StandardCharsets.UTF_8))),
            new AwsHandler(
                new AwsEndpoint(
                    List.of(),
                    Map.of(),
                    (_, _) -> {
                      throw new AssertionError();
                    },
                    verifier,
                    (_, _) -> {},
                    this::remember)));
    listener =
        Listener.start(threads, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), router);
  }

  @AfterEach
  void stop() {
    listener.close();
    threads.close();
    dispatcher.close();
    catalog.close();
    database.close();
  }

  private static byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("bootstrap"));
    }
    return bytes.toByteArray();
  }

  String urlHost() {
    return FunctionUrl.host(url.id(), ACCOUNT.region()) + ":" + listener.port();
  }

  String exchange(String... pieces) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      for (String piece : pieces) {
        out.write(piece.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  String head(String method, String path, String host, String... headers) {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host);
    for (String header : headers) {
      head.append("\r\n").append(header);
    }
    return head + "\r\nConnection: close\r\n\r\n";
  }
}
