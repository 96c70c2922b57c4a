package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Aliases;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionConcurrency;
import io.mayfly.functions.FunctionTags;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionConfig;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** {@code GetFunction}: the configuration, the tags, and where the zip file can be fetched. */
final class GetFunction implements Operation<GetFunction.Input, GetFunction.Output> {
  record Input(String functionName, Optional<String> qualifier) {}

  record Output(
      FunctionConfiguration configuration,
      Code code,
      Map<String, String> tags,
      Optional<Reservation> concurrency) {}

  record Code(String repositoryType, String location) {}

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final FunctionTags tags;
  private final FunctionConcurrency concurrency;
  private final FunctionReferences references;
  private final Function<FunctionConfig, String> codeLocation;

  GetFunction(
      FunctionCatalog catalog,
      Aliases aliases,
      FunctionTags tags,
      FunctionConcurrency concurrency,
      FunctionReferences references,
      Function<FunctionConfig, String> codeLocation) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.tags = tags;
    this.concurrency = concurrency;
    this.references = references;
    this.codeLocation = codeLocation;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionArn arn = references.resolve(input.functionName(), input.qualifier());
    FunctionConfig config = catalog.require(aliases.meant(arn.name(), arn.qualifier()));
    OptionalInt reserved = concurrency.reserved(arn.name());
    return new Output(
        FunctionConfiguration.of(config, catalog.account(), arn.qualifier()),
        new Code("S3", codeLocation.apply(config)),
        tags.list(arn.name()),
        reserved.isPresent() ? Optional.of(Reservation.of(reserved)) : Optional.empty());
  }
}
