package io.mayfly.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.aws.AwsEndpoint;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Credentials.AccessKey;
import io.mayfly.aws.Headers;
import io.mayfly.aws.SigV4Signer;
import io.mayfly.aws.SigV4Verifier;
import io.mayfly.aws.WireRequest;
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
import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Invocation;
import io.mayfly.model.KeyPair;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.sandbox.Instance;
import io.mayfly.sandbox.InstanceSpec;
import io.mayfly.sandbox.MemoryState;
import io.mayfly.sandbox.Sandbox;
import io.mayfly.sandbox.Spare;
import io.mayfly.sandbox.SpareSpec;
import io.mayfly.sandbox.Startup;
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
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway over real sockets, with functions that live in memory and answer their event. */
class TestListener {
  private static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  private static final FunctionName NAME = new FunctionName("echo");
  private static final AccessKey KEY =
      new AccessKey("AKIDEXAMPLE", "secret", Optional.empty(), "arn:aws:iam::000000000000:root");

  @TempDir Path folder;

  private final InstantSource clock = Clock.systemUTC();
  private Database database;
  private FunctionCatalog catalog;
  private Dispatcher dispatcher;
  private Router router;
  private final HttpThreads threads = HttpThreads.start();
  private Listener listener;
  private FunctionUrls urls;
  private FunctionUrl url;

  /** Whoever calls {@code /meet} is answered when so many have. */
  private static final int MEETING = 300;

  private final CountDownLatch meeting = new CountDownLatch(MEETING);

  /** How much of a late stream has been taken or dropped. */
  private final AtomicInteger dropped = new AtomicInteger();

  /** Whoever streams has sent one chunk and waits for this. */
  private final CountDownLatch halfway = new CountDownLatch(1);

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).as("all are there").isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Answers each event with itself. */
  private final class EchoInstance implements Instance {
    @Override
    public void freeze() {}

    @Override
    public String id() {
      return "echo";
    }

    @Override
    public Optional<Outcome> awaitReady(Duration limit) {
      return Optional.empty();
    }

    @Override
    public Startup startup() {
      return Startup.NONE;
    }

    @Override
    public void invoke(Invocation invocation, ResponseSink stream, Consumer<Outcome> answer) {
      String event = new String(invocation.payload(), StandardCharsets.UTF_8);
      if (event.contains("rawPath\":\"/stream")) {
        Thread.ofVirtual().start(() -> stream(event.contains("/stream/fails"), stream, answer));
        return;
      }
      if (event.contains("rawPath\":\"/late")) {
        Thread.ofVirtual().start(() -> streamLate(stream, answer));
        return;
      }
      if (!event.contains("rawPath\":\"/meet")) {
        answer.accept(new Outcome.Success(invocation.payload(), "application/json"));
        return;
      }
      meeting.countDown();
      Thread.ofVirtual()
          .start(
              () -> {
                await(meeting);
                answer.accept(new Outcome.Success(invocation.payload(), "application/json"));
              });
    }

    /** Streams once the client has gone. */
    private void streamLate(ResponseSink stream, Consumer<Outcome> answer) {
      await(halfway);
      stream.begin("text/plain", dropped::addAndGet);
      stream.chunk(new byte[1000]);
      stream.end();
      answer.accept(new Outcome.Success(new byte[0], "application/json"));
    }

    private void stream(boolean fails, ResponseSink stream, Consumer<Outcome> answer) {
      stream.begin("text/plain", taken -> {});
      stream.chunk("one".getBytes(StandardCharsets.UTF_8));
      await(halfway);
      if (fails) {
        answer.accept(new Outcome.HandlerError(new byte[0], Optional.empty()));
        return;
      }
      stream.chunk("two".getBytes(StandardCharsets.UTF_8));
      stream.end();
      answer.accept(new Outcome.Success(new byte[0], "application/json"));
    }

    @Override
    public boolean usable() {
      return true;
    }

    @Override
    public DataSize peakMemory() {
      return new DataSize(0);
    }

    @Override
    public void whenGone(Runnable callback) {
      // Never gone.
    }

    @Override
    public void stop() {
      // Nothing to stop.
    }
  }

  private final class EchoSandbox implements Sandbox {
    @Override
    public void expect(SpareSpec spec) {}

    @Override
    public Optional<Spare> prepare(SpareSpec spec) {
      return Optional.empty();
    }

    @Override
    public Instance start(InstanceSpec spec) {
      return new EchoInstance();
    }

    @Override
    public MemoryState memory() {
      DataSize much = DataSize.ofMegabytes(10_000);
      return new MemoryState(much, much, false);
    }

    @Override
    public void close() {
      // Nothing to close.
    }
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

  private final List<String> refusals = new CopyOnWriteArrayList<>();

  private void remember(String id, String asked, AwsException error) {
    refusals.add(id + " " + asked + " " + error.code());
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
                EchoSandbox::new,
                new SparePools(EchoSandbox::new, 0, 0, Duration.ZERO, System::nanoTime),
                new StartGate(4, Duration.ofSeconds(1)),
                Optional.empty(),
                clock),
            KeepAlive.fixed(Duration.ofMinutes(1)),
            new MemoryGuard(new EchoSandbox()::memory),
            ConcurrencyLimits.shared(MEETING),
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
                        new FakeMetrics()),
                () -> List.of(Map.of("id", "python3.12")),
                new NoKeys(),
                headers ->
                    headers
                        .first("authorization")
                        .filter(text -> text.equals("Basic x"))
                        .map(_ -> ACCOUNT.id())),
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

  private String urlHost() {
    return FunctionUrl.host(url.id(), ACCOUNT.region()) + ":" + listener.port();
  }

  private String exchange(String... pieces) throws IOException {
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

  private String head(String method, String path, String host, String... headers) {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host);
    for (String header : headers) {
      head.append("\r\n").append(header);
    }
    return head + "\r\nConnection: close\r\n\r\n";
  }

  @Test
  void aFunctionUrlTakesARequestToItsFunctionAndBack() throws IOException {
    String response =
        exchange(
            head("POST", "/a%2Fb?x=1", urlHost(), "Content-Type: text/plain", "Content-Length: 5"),
            "hel",
            "lo");
    assertThat(response)
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("\"rawPath\":\"/a%2Fb\"", "\"rawQueryString\":\"x=1\"", "\"body\":\"hello\"")
        .containsIgnoringCase("x-amzn-requestid:")
        .doesNotContainIgnoringCase("server:")
        .doesNotContainIgnoringCase("jetty");
  }

  /** However many wait for their functions: bodies cost memory and requests without do not. */
  @Test
  void requestsWithoutABodyAreHandledAllAtOnce() {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers =
          IntStream.range(0, MEETING)
              .mapToObj(
                  each -> callers.submit(() -> exchange(head("GET", "/meet" + each, urlHost()))))
              .toList();
      assertThat(answers)
          .allSatisfy(answer -> assertThat(answer.get()).startsWith("HTTP/1.1 200 OK"));
    }
  }

  @Test
  void chunkedBodiesThatAreSmallAreHandledAllAtOnce() {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers =
          IntStream.range(0, MEETING)
              .mapToObj(
                  each ->
                      callers.submit(
                          () ->
                              exchange(
                                  head("POST", "/meet", urlHost(), "Transfer-Encoding: chunked"),
                                  "3\r\nhel\r\n0\r\n\r\n")))
              .toList();
      assertThat(answers)
          .allSatisfy(answer -> assertThat(answer.get()).startsWith("HTTP/1.1 200 OK"));
    }
  }

  @Test
  void aChunkedBodyArrivesWhole() throws IOException {
    String response =
        exchange(
            head("POST", "/", urlHost(), "Content-Type: text/plain", "Transfer-Encoding: chunked"),
            "3\r\nhel\r\n",
            "2\r\nlo\r\n0\r\n\r\n");
    assertThat(response).contains("\"body\":\"hello\"");
  }

  @Test
  void aConnectionServesOneRequestAfterAnother() throws IOException {
    String once = "GET /%d HTTP/1.1\r\nHost: " + urlHost() + "\r\n\r\n";
    String response = exchange(once.formatted(1), once.formatted(2), head("GET", "/3", urlHost()));
    assertThat(response).containsSubsequence("rawPath\":\"/1", "rawPath\":\"/2", "rawPath\":\"/3");
  }

  private Socket ask(String request) throws IOException {
    var _ =
        urls.update(
            NAME,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(FunctionUrl.InvokeMode.RESPONSE_STREAM));
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  /** What comes until a text has; nothing more is waited for. */
  private static String readUntil(Socket socket, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as("after '%s'", read).isNotNegative();
      read.append((char) next);
    }
    return read.toString();
  }

  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void aChunkIsSentWithItsEndBeforeTheNextIsThere() throws IOException {
    String once = "GET /stream HTTP/1.1\r\nHost: " + urlHost() + "\r\n\r\n";
    try (Socket socket = ask(once)) {
      assertThat(readUntil(socket, "\r\n\r\n3\r\none\r\n"))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("Transfer-Encoding: chunked\r\n", "Content-Type: text/plain\r\n");
      halfway.countDown();
      assertThat(readUntil(socket, "0\r\n\r\n")).isEqualTo("3\r\ntwo\r\n0\r\n\r\n");
      // The connection serves on.
      socket
          .getOutputStream()
          .write(head("GET", "/after", urlHost()).getBytes(StandardCharsets.ISO_8859_1));
      assertThat(rest(socket)).startsWith("HTTP/1.1 200 OK\r\n").contains("rawPath\":\"/after");
    }
  }

  @Test
  void aStreamThatFailsBreaksOff() throws IOException {
    try (Socket socket = ask(head("GET", "/stream/fails", urlHost()))) {
      assertThat(readUntil(socket, "3\r\none\r\n"))
          .contains("Transfer-Encoding: chunked\r\n", "Connection: close\r\n");
      halfway.countDown();
      assertThat(rest(socket)).isEmpty();
    }
  }

  @Test
  void aStreamWhoseClientHasGoneBeforeItBeganIsDropped() throws IOException {
    try (Socket socket = ask(head("GET", "/late", urlHost()))) {
      // The connection is reset at once.
      socket.setSoLinger(true, 0);
    }
    halfway.countDown();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (dropped.get() < 1000 && System.nanoTime() < end) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(dropped.get()).isEqualTo(1000);
  }

  @Test
  void aStreamHasNoChunksForWhoTakesNone() throws IOException {
    halfway.countDown();
    try (Socket socket = ask("GET /stream HTTP/1.0\r\nHost: " + urlHost() + "\r\n\r\n")) {
      assertThat(rest(socket)).endsWith("\r\n\r\nonetwo").doesNotContain("chunked");
    }
    try (Socket socket = ask(head("HEAD", "/stream", urlHost()))) {
      assertThat(rest(socket)).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n");
    }
  }

  @Test
  void aBodyOverTheLimitIsRefusedBeforeItIsRead() throws IOException {
    assertThat(
            exchange(
                head("POST", "/", urlHost(), "Content-Length: 6291457", "Expect: 100-continue")))
        .startsWith("HTTP/1.1 413")
        .contains("Request Entity Too Large");
    assertThat(
            exchange(
                head(
                    "POST",
                    "/2015-03-31/functions/echo/invocations",
                    "127.0.0.1",
                    "Content-Length: 6291457",
                    "Expect: 100-continue")))
        .startsWith("HTTP/1.1 413")
        .containsIgnoringCase("x-amzn-errortype: RequestTooLargeException")
        .contains("Request must be smaller than 6291456 bytes for the InvokeFunction operation");
    assertThat(refusals).hasSize(2).allMatch(each -> each.endsWith(" RequestTooLargeException"));
  }

  @Test
  void aChunkedBodyOverTheLimitIsRefused() throws IOException {
    String megabyte = "100000\r\n" + "x".repeat(0x100000) + "\r\n";
    String response =
        exchange(
            head("POST", "/", urlHost(), "Transfer-Encoding: chunked"),
            megabyte,
            megabyte,
            megabyte,
            megabyte,
            megabyte,
            megabyte,
            "1\r\nx\r\n0\r\n\r\n");
    assertThat(response).startsWith("HTTP/1.1 413");
  }

  @Test
  void whatIsNoHttpGetsAPlainRefusal() throws IOException {
    for (String junk :
        List.of(
            "nonsense\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(70_000) + "\r\n\r\n")) {
      assertThat(exchange(junk))
          .matches("(?s)HTTP/1\\.1 4\\d\\d .*")
          .doesNotContainIgnoringCase("jetty");
    }
    assertThat(exchange(head("GET", "/", urlHost()))).startsWith("HTTP/1.1 200");
  }

  @Test
  void anUnknownFunctionUrlIsNotFound() throws IOException {
    assertThat(exchange(head("GET", "/", "nobody.lambda-url.us-east-1.localhost")))
        .startsWith("HTTP/1.1 404")
        .contains("{\"Message\":\"There is no function URL at this address\"}");
    assertThat(refusals)
        .singleElement(InstanceOfAssertFactories.STRING)
        .endsWith(" GET http://nobody.lambda-url.us-east-1.localhost/ ResourceNotFoundException");
  }

  @Test
  void everythingElseIsTheAwsEndpointsAndMustBeSigned() throws IOException {
    assertThat(exchange(head("GET", "/2015-03-31/functions", "127.0.0.1")))
        .startsWith("HTTP/1.1 403")
        .contains("MissingAuthenticationToken");
  }

  @Test
  void thePlatformsEndpointsAreForItsOwnerButHealthIsForAll() throws IOException {
    assertThat(exchange(head("GET", "/_mayfly/health", "127.0.0.1"))).startsWith("HTTP/1.1 200");
    assertThat(exchange(head("GET", "/_mayfly/runtimes", "127.0.0.1"))).startsWith("HTTP/1.1 403");
    assertThat(signed("/_mayfly/runtimes")).startsWith("HTTP/1.1 200").contains("python3.12");
    assertThat(signed("/_mayfly/logs/echo")).startsWith("HTTP/1.1 200").contains("text/plain");
    assertThat(signed("/_mayfly/logs/nobody")).startsWith("HTTP/1.1 404");
    assertThat(signed("/_mayfly/code/echo")).startsWith("HTTP/1.1 200").contains("bootstrap");
    assertThat(signed("/_mayfly/why/1-2")).contains("[{\"what\":\"1-2\"}]");
    assertThat(signed("/_mayfly/other")).startsWith("HTTP/1.1 404");
  }

  @Test
  void metricsTakeTheOwnersKeysAsAPasswordAndNothingElseDoes() throws IOException {
    assertThat(signed("/_mayfly/metrics")).startsWith("HTTP/1.1 200").contains("calls 1\n");
    assertThat(withPassword("/_mayfly/metrics", "Basic x"))
        .startsWith("HTTP/1.1 200")
        .contains("calls 1\n");
    assertThat(withPassword("/_mayfly/metrics", "Basic y")).startsWith("HTTP/1.1 403");
    assertThat(withPassword("/_mayfly/runtimes", "Basic x")).startsWith("HTTP/1.1 403");
  }

  private String withPassword(String path, String authorization) throws IOException {
    return exchange(
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: %s\r\nConnection: close\r\n\r\n"
            .formatted(path, authorization));
  }

  private String signed(String path) throws IOException {
    String host = "127.0.0.1:" + listener.port();
    WireRequest request =
        new SigV4Signer(KEY, ACCOUNT.region(), clock)
            .sign(
                new WireRequest("GET", path, "", new Headers().set("host", host), new byte[0]),
                PlatformHandler.SIGNING_NAME);
    StringBuilder head = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
    request
        .headers()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return exchange(head + "Connection: close\r\n\r\n");
  }

  @Test
  void aPortInUseIsNamedWithWhatToDo() {
    try (HttpThreads others = HttpThreads.start()) {
      InetSocketAddress taken =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.port());
      assertThatThrownBy(() -> Listener.start(others, taken, router))
          .isInstanceOf(MayflyException.class)
          .hasMessageContainingAll("port " + listener.port(), "in use", "--port");
    }
  }

  @Test
  void watchedSocketsOutliveTheListenerAndEndQuietlyAfterTheirThreads() throws Exception {
    try (ServerSocketChannel door = ServerSocketChannel.open()) {
      door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (SocketChannel guest = SocketChannel.open(door.getLocalAddress());
          SocketChannel socket = door.accept()) {
        CountDownLatch heard = new CountDownLatch(1);
        HttpThreads.Watch watch = threads.watch(socket, heard::countDown, () -> {});
        listener.close();
        guest.write(ByteBuffer.wrap(new byte[1]));
        assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
        threads.close();
        watch.end();
        assertThatThrownBy(() -> threads.watch(socket, () -> {}, () -> {}))
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void aListenerThatIsClosedLetsGoOfItsConnections() throws IOException {
    try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
      idle.setSoTimeout(20_000);
      idle.getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: " + urlHost() + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(idle.getInputStream().read()).isEqualTo('H');
      listener.close();
      assertThat(idle.getInputStream().readAllBytes()).isNotEmpty();
    }
  }
}
