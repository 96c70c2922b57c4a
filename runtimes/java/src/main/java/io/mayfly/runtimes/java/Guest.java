package io.mayfly.runtimes.java;

import com.amazonaws.services.lambda.runtime.LambdaRuntimeInternal;
import com.amazonaws.services.lambda.runtime.serialization.factories.GsonFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOError;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Serves one Java function over frames. What handlers see is what AWS's runtime interface client
 * for Java shows them.
 *
 * <p>Everything runs in the main thread: it waits for a call, runs the handler, answers, and waits
 * again. A function that takes several calls at a time has a thread for each, as on Lambda, and one
 * handler object.
 */
public final class Guest {
  private static final String BAD_CODE = "Runtime.BadFunctionCode";
  private static final String THROWN = "Runtime.UserException";
  private static final String TRACE_PROPERTY = "com.amazonaws.xray.traceHeader";

  private final Platform platform;
  private final Logger logger = new Logger();
  private final int callsAtATime = Integer.parseInt(environment("AWS_LAMBDA_MAX_CONCURRENCY", "1"));

  private Guest(Platform platform) {
    this.platform = platform;
  }

  /**
   * Serves {@code _HANDLER} until the platform is gone.
   *
   * @param arguments how it is started (see the script {@code start}): {@code fresh}, {@code
   *     trained}, {@code training}, {@code waiting-fresh} or {@code waiting-trained}; and the path
   *     of the platform's socket
   */
  public static void main(String[] arguments) throws Exception {
    System.setOut(unbuffered(FileDescriptor.out));
    System.setErr(unbuffered(FileDescriptor.err));
    switch (arguments[0]) {
      case "training" -> Training.run();
      case "waiting-fresh" -> waiting(arguments[1]).run(ownClasses());
      case "waiting-trained" -> waiting(arguments[1]).run(ClassLoader.getSystemClassLoader());
      case "trained" -> greeting(arguments[1]).run(ClassLoader.getSystemClassLoader());
      default -> greeting(arguments[1]).run(ownClasses());
    }
  }

  /** Has waited for its function. */
  private static Guest waiting(String socket) throws IOException {
    Platform platform = new Platform(socket);
    Waiting.forFunction(platform);
    return new Guest(platform);
  }

  /** Connected, and known to the platform. */
  static Guest greeting(String socket) throws IOException {
    Platform platform = new Platform(socket);
    platform.hello();
    return new Guest(platform);
  }

  private static ClassLoader ownClasses() throws IOException {
    return FunctionClasses.loader(
        Path.of(environment("LAMBDA_TASK_ROOT", "/var/task")),
        Path.of("/opt"),
        ClassLoader.getSystemClassLoader());
  }

  private static PrintStream unbuffered(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  private static String environment(String name, String otherwise) {
    return System.getenv().getOrDefault(name, otherwise);
  }

  private void run(ClassLoader classes) throws Exception {
    Handler handler = load(classes);
    platform.ready(callsAtATime);
    if (callsAtATime == 1) {
      Output output = new Output();
      while (serve(handler, platform.next(), output)) {}
    } else {
      serveAtOnce(handler, classes);
    }
  }

  /** Does all of {@link #run} but that another handler is given the calls. */
  void rehearse(ClassLoader classes, Handler other, int calls)
      throws IOException, ReflectiveOperationException {
    load(classes);
    platform.ready(1);
    Output output = new Output();
    for (int i = 0; i < calls; i++) {
      serve(other, platform.next(), output);
    }
  }

  /** The function's handler; ends the process if it cannot be loaded. */
  private Handler load(ClassLoader classes) throws IOException, ReflectiveOperationException {
    logger.install();
    Thread.currentThread().setContextClassLoader(classes);
    try {
      return new HandlerLoader(classes).load(environment("_HANDLER", ""));
    } catch (Fault fault) {
      logger.error(fault);
      platform.initError(BAD_CODE, errorObject(fault.text(), fault.type(), null));
      System.exit(1);
      throw fault;
    }
  }

  private void serveAtOnce(Handler handler, ClassLoader classes) throws IOException {
    BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    for (int i = 0; i < callsAtATime; i++) {
      Thread worker = new Thread(() -> work(handler, calls), "call-" + i);
      worker.setContextClassLoader(classes);
      worker.setDaemon(true);
      worker.start();
    }
    while (true) {
      calls.add(platform.next());
    }
  }

  private void work(Handler handler, BlockingQueue<Call> calls) {
    Output output = new Output();
    boolean usable = true;
    while (usable) {
      try {
        usable = serve(handler, calls.take(), output);
      } catch (InterruptedException e) {
        // A handler interrupted its own thread; the next call has nothing to do with that.
      } catch (IOException e) {
        usable = false;
      }
    }
    System.exit(1);
  }

  /** Serves one call; false if the process is of no use any more. */
  private boolean serve(Handler handler, Call call, Output output) throws IOException {
    if (callsAtATime == 1) {
      tellTrace(call);
    }
    output.reset();
    try {
      CallContext context = new CallContext(call);
      logger.serving(call, callsAtATime > 1);
      tellLog4j(call);
      handler.handle(new ByteArrayInputStream(call.payload()), output, context);
    } catch (Throwable thrown) {
      return answer(call, thrown);
    }
    forgetInterruption();
    platform.result(call, output.bytes());
    return true;
  }

  private static void tellTrace(Call call) {
    if (call.traceId().isEmpty()) {
      System.clearProperty(TRACE_PROPERTY);
    } else {
      System.setProperty(TRACE_PROPERTY, call.traceId());
    }
  }

  /** An interruption that the handler left behind would close the socket at its next use. */
  private static void forgetInterruption() {
    Thread.interrupted();
  }

  private boolean answer(Call call, Throwable thrown) throws IOException {
    forgetInterruption();
    Fault.hideGuest(thrown);
    Fault fault = Fault.of(thrown, false);
    logger.error(fault);
    if (thrown instanceof Fault) {
      platform.error(call, BAD_CODE, errorObject(fault.text(), fault.type(), null));
    } else {
      List<String> trace =
          Arrays.stream(thrown.getStackTrace()).map(StackTraceElement::toString).toList();
      String type = thrown.getClass().getName();
      platform.error(call, THROWN, errorObject(Fault.message(thrown), type, trace));
    }
    return !(fault.fatal() || thrown instanceof VirtualMachineError || thrown instanceof IOError);
  }

  private static byte[] errorObject(
      String message, @Nullable String type, @Nullable List<String> trace) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    ErrorObject error = new ErrorObject(message, type, trace);
    GsonFactory.getInstance().getSerializer(ErrorObject.class).toJson(error, json);
    return json.toByteArray();
  }

  /** Puts the request id where AWS's log4j appenders look for it. */
  private static void tellLog4j(Call call) {
    if (!LambdaRuntimeInternal.getUseLog4jAppender()) {
      return;
    }
    putRequestId("org.apache.log4j.MDC", Object.class, call);
    putRequestId("org.apache.logging.log4j.ThreadContext", String.class, call);
  }

  private static void putRequestId(String className, Class<?> valueType, Call call) {
    try {
      ClassLoader classes = Thread.currentThread().getContextClassLoader();
      Class.forName(className, true, classes)
          .getMethod("put", String.class, valueType)
          .invoke(null, "AWSRequestId", call.requestId());
    } catch (ReflectiveOperationException absent) {
      // The function uses the other log4j.
    }
  }

  /** Written to JSON by field name; what is null is left out. */
  @SuppressWarnings("unused")
  private static final class ErrorObject {
    private final String errorMessage;
    private final @Nullable String errorType;
    private final @Nullable List<String> stackTrace;

    ErrorObject(String message, @Nullable String type, @Nullable List<String> trace) {
      this.errorMessage = message;
      this.errorType = type;
      this.stackTrace = trace;
    }
  }

  /** Gives its bytes without a copy. */
  private static final class Output extends ByteArrayOutputStream {
    ByteBuffer bytes() {
      return ByteBuffer.wrap(buf, 0, count);
    }
  }
}
