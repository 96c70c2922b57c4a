import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.Invocation;
import io.mayfly.model.RequestId;
import io.mayfly.runtimes.frame.FrameReader;
import io.mayfly.runtimes.frame.FrameWriter;
import io.mayfly.runtimes.frame.GuestFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The least there is between a client and a guest: Jetty's core, an event of the size that function
 * URLs make, the platform's frames, its guests as plain processes, and a queue. No jail, no log, no
 * meter, no admission, no routes. One thread reads requests and guests, as in the platform.
 *
 * <p>Arguments: port, file with the start of an event, calls at a time in a guest, number of
 * guests, and the command that starts one.
 */
final class Limit {
  private static final FunctionArn ARN =
      FunctionArn.of(new Account("000000000000", "us-east-1"), new FunctionName("echo"));
  private static final String ID = "0123456789abcdef0123456789abcdef0123";
  private static final String TRACE = "Root=1-68e1a1d2-0123456789abcdef01234567";

  private final byte[] eventStart;
  private final int calls;
  private final Deque<Guest> free = new ArrayDeque<>();
  private final Deque<Consumer<Guest>> waiting = new ArrayDeque<>();

  private Limit(byte[] eventStart, int calls) {
    this.eventStart = eventStart;
    this.calls = calls;
  }

  public static void main(String[] words) throws Exception {
    List<String> args = List.of(words);
    Limit limit =
        new Limit(Files.readAllBytes(Path.of(args.get(1))), Integer.parseInt(args.get(2)));
    limit.serve(
        Integer.parseInt(args.get(0)),
        Integer.parseInt(args.get(3)),
        args.subList(4, args.size()));
  }

  private void serve(int port, int guests, List<String> command) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(16, 2);
    Server server = new Server(threads);
    Executor resuming =
        task -> {
          if (task instanceof Connection) {
            task.run();
          } else {
            threads.execute(task);
          }
        };
    ServerConnector connector =
        new ServerConnector(server, resuming, null, null, 1, 1, new HttpConnectionFactory());
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract.NonBlocking() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            byte[] event = event(body(request));
            take(guest -> guest.call(event, answer -> send(answer, response, callback)));
            return true;
          }
        });
    Path folder = Files.createTempDirectory("limit");
    SocketChannel[] sockets = new SocketChannel[guests];
    for (int i = 0; i < guests; i++) {
      Path address = folder.resolve("guest-" + i);
      ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(address));
      ProcessBuilder guest = new ProcessBuilder(command).inheritIO();
      guest.environment().put("MAYFLY_SOCKET", address.toString());
      Process process = guest.start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      sockets[i] = listener.accept();
    }
    server.start();
    ManagedSelector selector =
        connector.getSelectorManager().getBeans(ManagedSelector.class).iterator().next();
    for (SocketChannel socket : sockets) {
      Guest guest = new Guest(socket);
      guest.begin(selector);
    }
    Thread.currentThread().join();
  }

  /** A guest with room for the call, now or later. Everything runs on one thread, but for this. */
  private synchronized void take(Consumer<Guest> call) {
    Guest guest = free.pollFirst();
    if (guest == null) {
      waiting.addLast(call);
    } else {
      call.accept(guest);
    }
  }

  private synchronized void give(Guest guest) {
    Consumer<Guest> next = waiting.pollFirst();
    if (next == null) {
      free.addFirst(guest);
    } else {
      next.accept(guest);
    }
  }

  private final class Guest implements ManagedSelector.Selectable {
    private final SocketChannel socket;
    private final FrameReader reader;
    private final Map<Integer, Consumer<byte[]>> running = new HashMap<>();
    private int number;

    Guest(SocketChannel socket) {
      this.socket = socket;
      this.reader = new FrameReader(socket);
    }

    void begin(ManagedSelector selector) throws IOException {
      // HELLO and READY.
      var _ = reader.read();
      var _ = reader.read();
      socket.configureBlocking(false);
      socket.register(selector.getSelector(), SelectionKey.OP_READ, this);
      selector.getSelector().wakeup();
      for (int i = 0; i < calls; i++) {
        give(this);
      }
    }

    void call(byte[] event, Consumer<byte[]> answer) {
      number++;
      running.put(number, answer);
      Invocation invocation =
          new Invocation(
              new RequestId(ID),
              event,
              Instant.now().plusSeconds(30),
              ARN,
              TRACE,
              Optional.empty(),
              Optional.empty());
      ByteBuffer[] frame = FrameWriter.frame(number, invocation);
      try {
        while (frame[frame.length - 1].hasRemaining()) {
          socket.write(frame);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Runnable onSelected() {
      try {
        for (Optional<GuestFrame> frame = reader.read();
            frame.isPresent();
            frame = reader.begun() ? reader.read() : Optional.empty()) {
          GuestFrame.Result result = (GuestFrame.Result) frame.get();
          Consumer<byte[]> answer = running.remove(result.call());
          give(this);
          answer.accept(result.payload());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return null;
    }

    @Override
    public void updateKey() {}

    @Override
    public void replaceKey(SelectionKey newKey) {}
  }

  private static byte[] body(Request request) {
    byte[] body = new byte[(int) request.getLength()];
    int filled = 0;
    while (filled < body.length) {
      Content.Chunk chunk = request.read();
      int count = chunk.remaining();
      chunk.get(body, filled, count);
      filled += count;
      chunk.release();
    }
    return body;
  }

  /** The body as the event's last field, which is all that changes from call to call. */
  private byte[] event(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8).replace("\"", "\\\"");
    byte[] end = (text + "\"}").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(eventStart.length + end.length).put(eventStart).put(end).array();
  }

  /** What the echo handlers answer is known to the letter. */
  private static void send(byte[] answer, Response response, Callback callback) {
    String text = new String(answer, StandardCharsets.UTF_8);
    int start = text.indexOf("\"body\":") + 7;
    String body = text.substring(text.indexOf('"', start) + 1, text.length() - 2);
    response.setStatus(200);
    response.getHeaders().put("content-type", "application/json");
    response.getHeaders().put("x-amzn-requestid", ID);
    response.getHeaders().put("x-amzn-trace-id", TRACE);
    response.write(
        true,
        ByteBuffer.wrap(body.replace("\\\"", "\"").getBytes(StandardCharsets.UTF_8)),
        callback);
  }
}
