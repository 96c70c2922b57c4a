package io.mayfly.lambda;

import io.mayfly.dispatch.Dispatcher;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.Belongings;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.functions.FunctionPolicies;
import io.mayfly.functions.FunctionTags;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.functions.Layers;
import io.mayfly.functions.RecursiveLoops;
import io.mayfly.functions.RuntimeManagement;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.LayerVersionId;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * What the actions of the Lambda API work with.
 *
 * @param others what else goes with functions, versions and aliases
 * @param codeLocation where a function's zip file can be fetched, as a URL
 * @param layerLocation where a layer version's zip file can be fetched, as a URL
 * @param urlAddress the URL under which a function URL's id is served
 */
public record LambdaPorts(
    FunctionCatalog catalog,
    Layers layers,
    Aliases aliases,
    FunctionUrls urls,
    FunctionTags tags,
    FunctionPolicies policies,
    EventInvokeConfigs events,
    CodeSigningConfigs signing,
    RuntimeManagement runtimes,
    RecursiveLoops loops,
    EventSourceMappings mappings,
    FunctionConcurrency concurrency,
    Dispatcher dispatcher,
    AsyncInvoker async,
    List<Belongings> others,
    Function<FunctionConfig, String> codeLocation,
    Function<LayerVersionId, String> layerLocation,
    Function<String, String> urlAddress,
    InstantSource clock,
    RandomGenerator random) {
  /** What goes with functions, versions and aliases. */
  List<Belongings> belongings() {
    return Stream.concat(
            others.stream(),
            Stream.of(aliases, urls, policies, events, signing, runtimes, loops, concurrency))
        .toList();
  }
}
