package io.mayfly.lambda;

import io.mayfly.aws.Access;
import io.mayfly.aws.AwsService;
import io.mayfly.aws.Route;
import io.mayfly.aws.ServiceModel;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.EventInvokeConfigs;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.functions.FunctionPolicies;
import io.mayfly.functions.FunctionTags;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.functions.Layers;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.LayerVersionId;
import io.mayfly.model.MayflyException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** The Lambda API as a service of the AWS endpoint: every action that Mayfly implements of it. */
public final class LambdaApi {
  private LambdaApi() {}

  /**
   * Binds the actions to the ports.
   *
   * @param codeLocation where a function's zip file can be fetched, as a URL
   * @param layerLocation where a layer version's zip file can be fetched, as a URL
   * @param urlAddress the URL under which a function URL's id is served
   */
  public static AwsService service(
      ServiceModel model,
      FunctionCatalog catalog,
      Layers layers,
      Aliases aliases,
      FunctionUrls urls,
      FunctionTags tags,
      FunctionPolicies policies,
      EventInvokeConfigs events,
      FunctionConcurrency concurrency,
      Dispatcher dispatcher,
      Function<FunctionConfig, String> codeLocation,
      Function<LayerVersionId, String> layerLocation,
      Function<String, String> urlAddress,
      InstantSource clock,
      RandomGenerator random) {
    FunctionReferences references = new FunctionReferences(catalog.account());
    LayerReferences layerNames = new LayerReferences(catalog.account());
    InvokeRequests invocations = new InvokeRequests(catalog, aliases, references, clock, random);
    UrlConfig translation = new UrlConfig(catalog.account(), urlAddress);
    return new AwsService(
        model,
        List.of(
            new CreateFunction(catalog, references),
            new GetFunction(catalog, aliases, tags, concurrency, references, codeLocation),
            new GetFunctionConfiguration(catalog, aliases, references),
            new ListFunctions(catalog),
            new UpdateFunctionCode(catalog, references),
            new UpdateFunctionConfiguration(catalog, references),
            new DeleteFunction(catalog, aliases, urls, policies, events, concurrency, references),
            new PublishVersion(catalog, references),
            new ListVersionsByFunction(catalog, references),
            new CreateAlias(catalog.account(), aliases, references),
            new GetAlias(catalog.account(), aliases, references),
            new UpdateAlias(catalog.account(), aliases, references),
            new DeleteAlias(aliases, policies, events, references),
            new ListAliases(catalog.account(), aliases, references),
            new CreateFunctionUrlConfig(urls, references, translation),
            new GetFunctionUrlConfig(urls, references, translation),
            new UpdateFunctionUrlConfig(urls, references, translation),
            new DeleteFunctionUrlConfig(urls, references),
            new ListFunctionUrlConfigs(catalog, urls, references, translation),
            new PutFunctionConcurrency(concurrency, references),
            new GetFunctionConcurrency(catalog, concurrency, references),
            new DeleteFunctionConcurrency(concurrency, references),
            new PutProvisionedConcurrencyConfig(concurrency, dispatcher, references),
            new GetProvisionedConcurrencyConfig(
                catalog, aliases, concurrency, dispatcher, references),
            new DeleteProvisionedConcurrencyConfig(catalog, concurrency, references),
            new ListProvisionedConcurrencyConfigs(catalog, concurrency, dispatcher, references),
            new TagResource(tags, references),
            new UntagResource(tags, references),
            new ListTags(tags, references),
            new AddPermission(policies, references),
            new RemovePermission(policies, references),
            new GetPolicy(policies, references),
            new PutFunctionEventInvokeConfig(catalog.account(), events, references),
            new UpdateFunctionEventInvokeConfig(catalog.account(), events, references),
            new GetFunctionEventInvokeConfig(catalog.account(), events, references),
            new DeleteFunctionEventInvokeConfig(events, references),
            new ListFunctionEventInvokeConfigs(catalog.account(), events, references),
            new PublishLayerVersion(layers, layerNames, layerLocation),
            new GetLayerVersion(layers, layerNames, layerLocation),
            new GetLayerVersionByArn(layers, layerNames, layerLocation),
            new ListLayers(layers),
            new ListLayerVersions(layers, layerNames),
            new DeleteLayerVersion(layers, layerNames),
            new AddLayerVersionPermission(layers, layerNames),
            new RemoveLayerVersionPermission(layers, layerNames),
            new GetLayerVersionPolicy(layers, layerNames),
            new GetAccountSettings(catalog, layers, concurrency)),
        List.of(
            new Invoke(invocations, dispatcher),
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
