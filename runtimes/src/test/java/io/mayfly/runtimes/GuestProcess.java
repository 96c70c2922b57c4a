package io.mayfly.runtimes;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.Invocation;
import io.mayfly.model.RequestId;
import io.mayfly.runtimes.frame.FrameReader;
import io.mayfly.runtimes.frame.FrameWriter;
import io.mayfly.runtimes.frame.GuestFrame;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A guest outside any jail: the catalogue's command with the jail's paths put back. */
final class GuestProcess implements AutoCloseable {
  static final Path GUEST_HOME = Path.of("target/guest").toAbsolutePath();
  private static final long PATIENCE_MILLIS = 20_000;
  private static final long GRACE_MILLIS = 100;

  /** Far off: events are made when the cases are listed, long before the last of them is sent. */
  private static final Duration DEADLINE = Duration.ofHours(1);

  private final Path folder;
  private final Process process;
  private final SocketChannel channel;
  private final FrameReader reader;
  private final FrameWriter writer;
  private int calls;

  /** How much a guest without a function has said, which is nobody's log. */
  private int unlogged;

  private GuestProcess(Path folder, Process process, SocketChannel channel) {
    this.folder = folder;
    this.process = process;
    this.channel = channel;
    this.reader = new FrameReader(channel);
    this.writer = new FrameWriter(channel);
  }

  /** Starts a guest without a function and returns when it waits for one. */
  static GuestProcess startWaiting(RuntimeLaunch launch) throws IOException {
    GuestProcess guest = start(launch, Path.of("target").toAbsolutePath(), Map.of());
    if (!(guest.read().orElseThrow() instanceof GuestFrame.Hello)) {
      throw new IOException("no HELLO: " + guest.log());
    }
    guest.unlogged = guest.log().length();
    return guest;
  }

  /** Gives the waiting guest a function. */
  void specialise(RuntimeLaunch launch, Path code, Map<String, String> environment)
      throws IOException {
    Map<String, String> variables = new HashMap<>(launch.environment());
    variables.put("LAMBDA_TASK_ROOT", code.toString());
    variables.putAll(environment);
    writer.specialise(variables);
  }

  static GuestProcess start(RuntimeLaunch launch, Path code, Map<String, String> environment)
      throws IOException {
    Path folder = Files.createTempDirectory("guest");
    Path socket = folder.resolve("s");
    String guest = launch.mounts().getFirst().host().toString();
    List<String> command = new ArrayList<>();
    launch.command().forEach(word -> command.add(word.replace("/var/runtime", guest)));
    ProcessBuilder builder = new ProcessBuilder(command).directory(code.toFile());
    builder.environment().clear();
    builder.environment().putAll(launch.environment());
    builder.environment().put("LAMBDA_TASK_ROOT", code.toString());
    builder.environment().putAll(environment);
    builder.environment().put("MAYFLY_SOCKET", socket.toString());
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      server.configureBlocking(false);
      Process process = builder.start();
      return new GuestProcess(folder, process, accept(server, process, folder));
    }
  }

  private static SocketChannel accept(ServerSocketChannel server, Process process, Path folder)
      throws IOException {
    try (Selector selector = Selector.open()) {
      server.register(selector, SelectionKey.OP_ACCEPT);
      if (selector.select(PATIENCE_MILLIS) == 0) {
        process.destroyForcibly();
        throw new IOException("no guest: " + Files.readString(folder.resolve("log")));
      }
      return server.accept();
    }
  }

  Optional<GuestFrame> read() throws IOException {
    return reader.read();
  }

  /** What the guest says of its start, after HELLO. */
  GuestFrame awaitStart() throws IOException {
    GuestFrame hello = read().orElseThrow(() -> new IOException("gone: " + log()));
    if (!(hello instanceof GuestFrame.Hello)) {
      throw new IOException("not a HELLO: " + hello);
    }
    return read().orElseThrow(() -> new IOException("gone: " + log()));
  }

  void send(Invocation invocation) throws IOException {
    writer.invoke(++calls, invocation);
  }

  /** Empty if the guest ends without an answer. */
  Optional<GuestFrame> invoke(Invocation invocation) throws IOException {
    send(invocation);
    return read();
  }

  /** The same, also if the guest has ended before it could be asked. */
  Optional<GuestFrame> invokeIfThere(Invocation invocation) throws IOException {
    try {
      send(invocation);
    } catch (IOException gone) {
      return Optional.empty();
    }
    return read();
  }

  /**
   * Whether an error was its last word; it then ends soon, otherwise it waits for a call.
   *
   * @param expected whether it should, so that a slow machine is waited for
   */
  boolean endsAfter(GuestFrame answer, boolean expected) throws IOException {
    if (!(answer instanceof GuestFrame.HandlerError)) {
      return false;
    }
    channel.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_READ);
      return selector.select(expected ? PATIENCE_MILLIS : GRACE_MILLIS) > 0;
    } finally {
      channel.configureBlocking(true);
    }
  }

  void sendRaw(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  static Invocation event(String json) {
    return new Invocation(
        new RequestId("8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        json.getBytes(StandardCharsets.UTF_8),
        Instant.now().plus(DEADLINE),
        FunctionArn.of(new Account("000000000000", "us-east-1"), new FunctionName("tested")),
        "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        Optional.empty(),
        Optional.empty());
  }

  String log() {
    try {
      return Files.readString(folder.resolve("log")).substring(unlogged);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  void hangUp() throws IOException {
    channel.close();
  }

  /** Waits for its end and gives its exit status. */
  int status() throws InterruptedException {
    if (!process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("the guest still runs: " + log());
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    channel.close();
    process.destroyForcibly().onExit().join();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
