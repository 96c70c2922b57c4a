package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.FunctionUrls;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionVersion;
import java.util.List;
import java.util.Optional;

/** {@code ListFunctionUrlConfigs}: the function's own URL and those of its aliases, by alias. */
final class ListFunctionUrlConfigs
    implements Operation<ListFunctionUrlConfigs.Input, ListFunctionUrlConfigs.Output> {
  record Input(String functionName, Optional<String> marker, Optional<Integer> maxItems) {}

  record Output(List<UrlConfig.Description> functionUrlConfigs, Optional<String> nextMarker) {}

  private final FunctionUrls urls;
  private final FunctionReferences references;
  private final UrlConfig translation;

  ListFunctionUrlConfigs(FunctionUrls urls, FunctionReferences references, UrlConfig translation) {
    this.urls = urls;
    this.references = references;
    this.translation = translation;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Page<FunctionUrl> page =
        Page.of(
            urls.list(references.unqualified(input.functionName())),
            url -> url.alias().orElse(FunctionVersion.LATEST),
            input.marker(),
            input.maxItems());
    return new Output(page.items().stream().map(translation::describe).toList(), page.next());
  }
}
