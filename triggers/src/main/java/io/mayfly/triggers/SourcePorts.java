package io.mayfly.triggers;

import io.mayfly.dispatch.ConcurrencyLimits;
import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.RecursiveLoops;
import java.time.InstantSource;
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
    EventQueues queues,
    Function<InvokeRequest, CompletableFuture<InvokeResult>> calls,
    ConcurrencyLimits limits,
    RolePermissions permissions,
    SourceListener listener,
    BooleanSupplier busy,
    InstantSource clock,
    LongSupplier nanoTime,
    RandomGenerator random) {
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
