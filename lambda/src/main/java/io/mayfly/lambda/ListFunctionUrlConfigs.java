package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionUrl;
import java.util.List;
import java.util.Optional;

/** {@code ListFunctionUrlConfigs}: without aliases, a function has one URL at most. */
final class ListFunctionUrlConfigs
    implements Operation<ListFunctionUrlConfigs.Input, ListFunctionUrlConfigs.Output> {
  record Input(String functionName, Optional<String> marker, Optional<Integer> maxItems) {}

  record Output(List<UrlConfig.Description> functionUrlConfigs, Optional<String> nextMarker) {}

  private final FunctionCatalog catalog;
  private final FunctionUrls urls;
  private final FunctionReferences references;
  private final UrlConfig translation;

  ListFunctionUrlConfigs(
      FunctionCatalog catalog,
      FunctionUrls urls,
      FunctionReferences references,
      UrlConfig translation) {
    this.catalog = catalog;
    this.urls = urls;
    this.references = references;
    this.translation = translation;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    FunctionName function = references.unqualified(input.functionName());
    FunctionName known = catalog.require(function).name();
    Page<FunctionUrl> page =
        Page.of(
            urls.find(known).stream().toList(), FunctionUrl::id, input.marker(), input.maxItems());
    return new Output(page.items().stream().map(translation::describe).toList(), page.next());
  }
}
