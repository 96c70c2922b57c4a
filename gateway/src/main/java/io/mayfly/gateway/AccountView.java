package io.mayfly.gateway;

import io.mayfly.aws.Access;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.Layers;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.FunctionName;
import io.mayfly.model.RequestId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the platform's own endpoints show of one account.
 *
 * @param zip where a zip file lies
 * @param explanations why a request was answered as it was; empty if it is not remembered
 * @param events what is queued for each function that is called asynchronously
 * @param intake takes events for buses
 * @param mqtt what devices publish, and where that is brought
 */
public record AccountView(
    FunctionCatalog catalog,
    Layers layers,
    Function<CodeReference, Path> zip,
    LogSource logs,
    Function<RequestId, List<?>> explanations,
    Supplier<List<?>> events,
    EventIntake intake,
    MqttTable mqtt,
    MetricsSource metrics) {
  /** Where functions' logs are read. */
  @FunctionalInterface
  public interface LogSource {
    /** Copies a log to {@code target}; with {@code follow}, until the target fails. */
    void copy(FunctionName function, boolean follow, OutputStream target) throws IOException;
  }

  /** Where events in CloudEvents' format go in. */
  public interface EventIntake {
    /** What putting events on a bus needs permission for. */
    Access access(String bus);

    /**
     * Puts events on a bus; on the disk when this returns.
     *
     * @throws io.mayfly.aws.AwsException if they are not right
     * @throws io.mayfly.model.MayflyException if they cannot be stored
     */
    WireResponse put(String bus, WireRequest request);
  }

  /** Where the metrics are read; {@code accept} is the header of the one who asks. */
  public interface MetricsSource {
    String contentType(String accept);

    void write(String accept, OutputStream target) throws IOException;
  }
}
