package io.mayfly.lambda;

import io.mayfly.aws.Access;
import io.mayfly.aws.AwsService;
import io.mayfly.aws.Route;
import io.mayfly.aws.ServiceModel;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.functions.FunctionPolicies;
import io.mayfly.functions.FunctionTags;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.functions.Layers;
import io.mayfly.model.MayflyException;
import java.util.List;
import java.util.Optional;

/** The Lambda API as a service of the AWS endpoint: every action that Mayfly implements of it. */
public final class LambdaApi {
  private LambdaApi() {}

  /** Binds the actions to the ports. */
  public static AwsService service(ServiceModel model, LambdaPorts ports) {
    FunctionCatalog catalog = ports.catalog();
    Layers layers = ports.layers();
    Aliases aliases = ports.aliases();
    FunctionUrls urls = ports.urls();
    FunctionTags tags = ports.tags();
    FunctionPolicies policies = ports.policies();
    EventInvokeConfigs events = ports.events();
    CodeSigningConfigs signing = ports.signing();
    EventSourceMappings mappings = ports.mappings();
    FunctionConcurrency concurrency = ports.concurrency();
    Dispatcher dispatcher = ports.dispatcher();
    FunctionReferences references = new FunctionReferences(catalog.account());
    TaggedResources tagged = new TaggedResources(tags, signing, mappings, references);
    LayerReferences layerNames = new LayerReferences(catalog.account());
    InvokeRequests invocations =
        new InvokeRequests(
            catalog, aliases, references, ports.async(), ports.clock(), ports.random());
    UrlConfig translation = new UrlConfig(catalog.account(), ports.urlAddress());
    return new AwsService(
        model,
        List.of(
            new CreateFunction(catalog, signing, references),
            new GetFunction(catalog, aliases, tags, concurrency, references, ports.codeLocation()),
            new GetFunctionConfiguration(catalog, aliases, references),
            new ListFunctions(catalog),
            new UpdateFunctionCode(catalog, signing, references),
            new UpdateFunctionConfiguration(catalog, signing, references),
            new DeleteFunction(catalog, aliases, ports.belongings(), references),
            new PublishVersion(catalog, references),
            new ListVersionsByFunction(catalog, references),
            new CreateAlias(catalog.account(), aliases, references),
            new GetAlias(catalog.account(), aliases, references),
            new UpdateAlias(catalog.account(), aliases, references),
            new DeleteAlias(aliases, ports.belongings(), references),
            new ListAliases(catalog.account(), aliases, references),
            new CreateFunctionUrlConfig(urls, references, translation),
            new GetFunctionUrlConfig(urls, references, translation),
            new UpdateFunctionUrlConfig(urls, references, translation),
            new DeleteFunctionUrlConfig(urls, references),
            new ListFunctionUrlConfigs(urls, references, translation),
            new PutFunctionConcurrency(concurrency, references),
            new GetFunctionConcurrency(catalog, concurrency, references),
            new DeleteFunctionConcurrency(concurrency, references),
            new PutProvisionedConcurrencyConfig(concurrency, dispatcher, references),
            new GetProvisionedConcurrencyConfig(
                catalog, aliases, concurrency, dispatcher, references),
            new DeleteProvisionedConcurrencyConfig(catalog, concurrency, references),
            new ListProvisionedConcurrencyConfigs(catalog, concurrency, dispatcher, references),
            new TagResource(tagged),
            new UntagResource(tagged),
            new ListTags(tagged),
            new AddPermission(policies, references),
            new RemovePermission(policies, references),
            new GetPolicy(policies, references),
            new PutFunctionEventInvokeConfig(catalog.account(), events, references),
            new UpdateFunctionEventInvokeConfig(catalog.account(), events, references),
            new GetFunctionEventInvokeConfig(catalog.account(), events, references),
            new DeleteFunctionEventInvokeConfig(events, references),
            new ListFunctionEventInvokeConfigs(catalog.account(), events, references),
            new PublishLayerVersion(layers, layerNames, ports.layerLocation()),
            new GetLayerVersion(layers, layerNames, ports.layerLocation()),
            new GetLayerVersionByArn(layers, layerNames, ports.layerLocation()),
            new ListLayers(layers),
            new ListLayerVersions(layers, layerNames),
            new DeleteLayerVersion(layers, layerNames),
            new AddLayerVersionPermission(layers, layerNames),
            new RemoveLayerVersionPermission(layers, layerNames),
            new GetLayerVersionPolicy(layers, layerNames),
            new CreateCodeSigningConfig(catalog.account(), signing),
            new GetCodeSigningConfig(catalog.account(), signing),
            new UpdateCodeSigningConfig(catalog.account(), signing),
            new DeleteCodeSigningConfig(signing),
            new ListCodeSigningConfigs(catalog.account(), signing),
            new ListFunctionsByCodeSigningConfig(catalog.account(), signing),
            new PutFunctionCodeSigningConfig(catalog.account(), signing, references),
            new GetFunctionCodeSigningConfig(catalog.account(), signing, references),
            new DeleteFunctionCodeSigningConfig(signing, references),
            new PutRuntimeManagementConfig(catalog.account(), ports.runtimes(), references),
            new GetRuntimeManagementConfig(catalog.account(), ports.runtimes(), references),
            new PutFunctionRecursionConfig(ports.loops(), references),
            new GetFunctionRecursionConfig(ports.loops(), references),
            new PutFunctionScalingConfig(catalog, references),
            new GetFunctionScalingConfig(catalog, references),
            new CreateEventSourceMapping(catalog.account(), mappings, references),
            new GetEventSourceMapping(catalog.account(), mappings),
            new UpdateEventSourceMapping(catalog.account(), mappings, references),
            new DeleteEventSourceMapping(catalog.account(), mappings),
            new ListEventSourceMappings(catalog.account(), mappings, references),
            new GetAccountSettings(catalog, layers, concurrency)),
        List.of(
            new Invoke(invocations, dispatcher),
            new InvokeAsync(invocations),
            new InvokeWithResponseStream(invocations, dispatcher)),
        Optional.of(route -> access(route, references)));
  }

  /**
   * What a call needs permission for: most actions under their own names, about the function that
   * they name.
   */
  private static Access access(Route route, FunctionReferences references) {
    String action =
        switch (route.operation().name()) {
          case "Invoke", "InvokeAsync", "InvokeWithResponseStream" -> "lambda:InvokeFunction";
          default -> Access.of(route).action();
        };
    String named = route.labels().get("FunctionName");
    return new Access(action, named == null ? "*" : resource(named, route, references));
  }

  private static String resource(String named, Route route, FunctionReferences references) {
    try {
      return references.resolve(named, route.queryParameter("Qualifier")).toString();
    } catch (MayflyException e) {
      // The action says what is wrong with it.
      return "*";
    }
  }
}
