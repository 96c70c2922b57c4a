package io.mayfly.runtimes;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.Invocation;
import io.mayfly.model.RequestId;
import io.mayfly.runtimes.frame.FrameReader;
import io.mayfly.runtimes.frame.FrameWriter;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a JVM remembers of an earlier run of the guest, so that it need not load and link its
 * classes again: an AOT cache from JDK 25 on, a class data archive before. One file for each JDK,
 * beside the guest's jars.
 *
 * <p>A JVM checks by itself that an archive fits it and its class path. From JDK 19 on the jars may
 * meanwhile have moved to another folder together, as they do in a jail; older ones insist on the
 * folder and get no archive.
 */
final class JavaArchive {
  private static final int FIRST_THAT_FOLLOWS = 19;
  private static final int FIRST_WITH_AOT = 25;
  private static final long PATIENCE_SECONDS = 60;
  private static final String HANDLER = "io.mayfly.runtimes.java.Rehearsal";
  private static final List<String> EVENTS =
      List.of(
          "{\"name\": \"a\", \"count\": 1, \"tags\": [\"b\"], \"more\": {\"c\": [1.5, null, true]}}",
          "{\"count\": 2}",
          "no json");

  private final Path guest;
  private final Interpreter interpreter;
  private final Path file;

  /**
   * @param guest the folder with the guest's jars and its start script
   */
  JavaArchive(Path guest, Interpreter interpreter) {
    this.guest = guest;
    this.interpreter = interpreter;
    String place = Integer.toHexString(interpreter.program().toString().hashCode());
    this.file = guest.resolve(interpreter.runtime() + "-" + place + (hasAot() ? ".aot" : ".jsa"));
  }

  private int release() {
    return Integer.parseInt(interpreter.runtime().substring("java".length()));
  }

  private boolean hasAot() {
    return release() >= FIRST_WITH_AOT;
  }

  /**
   * The JVM's options that use the archive; none while there is no archive that fits the jars.
   *
   * @param inJail where the jail shows the guest's folder
   */
  List<String> options(Path inJail) {
    if (!isFresh()) {
      return List.of();
    }
    Path archive = inJail.resolve(file.getFileName());
    // A JVM that cannot use it starts without it, and need not talk about that in the function's
    // log.
    return hasAot()
        ? List.of("-XX:AOTCache=" + archive, "-Xlog:aot=off", "-Xlog:cds=off")
        : List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off");
  }

  private boolean isFresh() {
    try (Stream<Path> files = Files.list(guest)) {
      long made = Files.getLastModifiedTime(file).toMillis();
      for (Path jar : files.filter(path -> path.toString().endsWith(".jar")).toList()) {
        if (Files.getLastModifiedTime(jar).toMillis() > made) {
          return false;
        }
      }
      return true;
    } catch (IOException absent) {
      return false;
    }
  }

  /**
   * Makes the archive if there is none: runs the guest with a handler of its own while the JVM
   * records. Takes a few seconds of one CPU.
   *
   * @throws IOException if the folder cannot be written or the JVM does not do its part; functions
   *     then start without an archive
   */
  void make() throws IOException {
    if (release() < FIRST_THAT_FOLLOWS || isFresh()) {
      return;
    }
    Path folder = Files.createTempDirectory("mayfly-rehearsal");
    Path made = guest.resolve(file.getFileName() + ".new");
    try {
      String record = hasAot() ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=";
      rehearse(folder, List.of(record + made, "-Xlog:disable"));
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(made);
      Files.deleteIfExists(folder.resolve("socket"));
      Files.delete(folder);
    }
  }

  private void rehearse(Path folder, List<String> options) throws IOException {
    Path socket = folder.resolve("socket");
    List<String> command = new ArrayList<>();
    command.add("/bin/sh");
    command.add(guest.resolve("start").toString());
    command.add(interpreter.program().toString());
    command.add("fresh");
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("MAYFLY_SOCKET", socket.toString());
    builder.environment().put("_HANDLER", HANDLER);
    builder.environment().put("LAMBDA_TASK_ROOT", folder.toString());
    builder.environment().put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      server.configureBlocking(false);
      Process process = builder.start();
      try {
        serve(server, process);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new IOException("the rehearsal of " + interpreter.program() + " does not end");
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", interrupted);
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private void serve(ServerSocketChannel server, Process process) throws IOException {
    try (Selector selector = Selector.open()) {
      server.register(selector, SelectionKey.OP_ACCEPT);
      CompletableFuture<Void> wakes = process.onExit().thenRun(selector::wakeup);
      boolean came = selector.select(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS)) > 0;
      wakes.cancel(false);
      if (!came) {
        throw new IOException("the rehearsal of " + interpreter.program() + " does not start");
      }
      try (SocketChannel channel = server.accept()) {
        FrameReader reader = new FrameReader(channel);
        FrameWriter writer = new FrameWriter(channel);
        reader.read();
        reader.read();
        for (String event : EVENTS) {
          writer.invoke(1, invocation(event));
          reader.read();
        }
      }
    }
  }

  private static Invocation invocation(String event) {
    return new Invocation(
        new RequestId("00000000-0000-0000-0000-000000000000"),
        event.getBytes(StandardCharsets.UTF_8),
        Instant.now().plusSeconds(PATIENCE_SECONDS),
        FunctionArn.of(new Account("000000000000", "us-east-1"), new FunctionName("rehearsal")),
        "Root=1-00000000-000000000000000000000000",
        Optional.of("{\"custom\": {\"a\": \"b\"}}"),
        Optional.empty());
  }
}
