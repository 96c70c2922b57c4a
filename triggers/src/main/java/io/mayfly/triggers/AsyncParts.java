package io.mayfly.triggers;

import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.functions.RecursiveLoops;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * What asynchronous calls are made with.
 *
 * @param targets which can be told what became of events; functions are added to them
 * @param calls runs a function once; what keeps it from running at all is thrown, here or from the
 *     future, which completes on a thread that must not be blocked
 * @param busy whether the machine's processors have no time left
 */
public record AsyncParts(
    FunctionCatalog catalog,
    Aliases aliases,
    EventInvokeConfigs configs,
    RecursiveLoops loops,
    FunctionConcurrency concurrency,
    Targets targets,
    Function<InvokeRequest, CompletableFuture<InvokeResult>> calls,
    AsyncListener listener,
    BooleanSupplier busy,
    InstantSource clock) {}
