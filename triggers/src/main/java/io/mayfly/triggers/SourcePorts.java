package io.mayfly.triggers;

import io.mayfly.dispatch.ConcurrencyLimits;
import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.RecursiveLoops;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.MayflyException;
import io.mayfly.model.RequestId;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What event sources work with.
 *
 * @param calls runs a function, as {@link io.mayfly.dispatch.Dispatcher#submit} does
 * @param busy whether the machine's processors have no time left
 * @param nanoTime a clock that only goes on
 */
public record SourcePorts(
    FunctionCatalog catalog,
    Aliases aliases,
    RecursiveLoops loops,
    Function<InvokeRequest, CompletableFuture<InvokeResult>> calls,
    ConcurrencyLimits limits,
    RolePermissions permissions,
    SourceListener listener,
    BooleanSupplier busy,
    InstantSource clock,
    LongSupplier nanoTime,
    RandomGenerator random) {
  /** The configuration of a mapping's function, if it is there. */
  public Optional<FunctionConfig> function(EventSourceMapping mapping) {
    try {
      return catalog.find(aliases.meant(mapping.function(), mapping.qualifier()));
    } catch (MayflyException e) {
      return Optional.empty();
    }
  }

  /**
   * A call of a mapping's function.
   *
   * @param trace the trace header that its handler sees
   * @throws MayflyException if there is no such function
   */
  public InvokeRequest request(EventSourceMapping mapping, byte[] payload, String trace) {
    return new InvokeRequest(
        new RequestId(UUID.randomUUID().toString()),
        aliases.serving(mapping.function(), mapping.qualifier()),
        mapping.functionArn(catalog.account()),
        payload,
        trace,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * How many calls a source may make at a time: what its function has for itself, or half of what
   * all functions share, so that there is room for others.
   */
  public int room(FunctionName function) {
    return Math.max(1, limits.reserved(function).orElseGet(() -> limits.unreserved() / 2));
  }

  /** What roles may do. */
  @FunctionalInterface
  public interface RolePermissions {
    /**
     * Whether a role may do something.
     *
     * @param role an ARN
     */
    boolean allows(String role, String action, String resource);
  }
}
