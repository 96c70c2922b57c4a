package io.mayfly.runtimes.java;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import com.amazonaws.services.lambda.runtime.serialization.factories.GsonFactory;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes to standard output, in the format and from the level on that the function asks for. */
final class Logger implements LambdaLogger {
  private static final boolean JSON =
      "JSON".equalsIgnoreCase(System.getenv("AWS_LAMBDA_LOG_FORMAT"));
  private static final LogLevel LEAST = level(System.getenv("AWS_LAMBDA_LOG_LEVEL"));

  /** The call that runs, where it is the only one: threads that it has started log for it, too. */
  private volatile @Nullable String requestId;

  /** The call that runs on a thread, and on those started by it, where there may be several. */
  private final ThreadLocal<@Nullable String> ofThread = new InheritableThreadLocal<>();

  /** Whose all calls of this process are, if the function keeps its tenants apart. */
  private volatile @Nullable String tenantId;

  private static LogLevel level(@Nullable String name) {
    try {
      return name == null ? LogLevel.UNDEFINED : LogLevel.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      return LogLevel.UNDEFINED;
    }
  }

  /** Makes this the logger that {@link LambdaRuntime#getLogger} gives. */
  void install() throws ReflectiveOperationException {
    Field field = LambdaRuntime.class.getDeclaredField("logger");
    field.setAccessible(true);
    field.set(null, this);
  }

  void serving(Call call, boolean amongOthers) {
    tenantId = call.tenantId().isEmpty() ? null : call.tenantId();
    if (amongOthers) {
      ofThread.set(call.requestId());
    } else {
      requestId = call.requestId();
    }
  }

  /** Writes what went wrong with a call or with loading the function. */
  void error(Fault fault) {
    log(fault.report(), JSON ? LogLevel.ERROR : LogLevel.UNDEFINED);
  }

  @Override
  public void log(String message) {
    log(message, LogLevel.UNDEFINED);
  }

  @Override
  public void log(byte[] message) {
    log(message, LogLevel.UNDEFINED);
  }

  @Override
  public void log(String message, LogLevel level) {
    log(format(message, level).getBytes(StandardCharsets.UTF_8), level);
  }

  @Override
  public void log(byte[] message, LogLevel level) {
    if (level == LogLevel.UNDEFINED || level.compareTo(LEAST) >= 0) {
      byte[] bytes = message == null ? "null".getBytes(StandardCharsets.UTF_8) : message;
      System.out.write(bytes, 0, bytes.length);
    }
  }

  private String format(@Nullable String message, LogLevel level) {
    if (JSON) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      Line.serializer()
          .toJson(
              new Line(message, level, requestId == null ? ofThread.get() : requestId, tenantId),
              line);
      return line.toString(StandardCharsets.UTF_8) + "\n";
    }
    return level == LogLevel.UNDEFINED ? String.valueOf(message) : "[" + level + "] " + message;
  }

  /** One line of the JSON log. */
  @SuppressWarnings({"unused", "MemberName"}) // Written to JSON by field name.
  private static final class Line {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);

    private final String timestamp = TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
    private final @Nullable String message;
    private final LogLevel level;
    private final @Nullable String AWSRequestId;
    private final @Nullable String tenantId;

    Line(
        @Nullable String message,
        LogLevel level,
        @Nullable String requestId,
        @Nullable String tenantId) {
      this.message = message;
      this.level = level;
      this.AWSRequestId = requestId;
      this.tenantId = tenantId;
    }

    static com.amazonaws.services.lambda.runtime.serialization.PojoSerializer<Line> serializer() {
      return GsonFactory.getInstance().getSerializer(Line.class);
    }
  }
}
