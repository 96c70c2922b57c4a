package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.EventSourceMappings;
import io.mayfly.model.Account;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.FunctionArn;
import java.util.List;
import java.util.Optional;

/**
 * {@code ListEventSourceMappings}, by UUID: all, those of a source, those of a function as it is
 * named there.
 */
final class ListEventSourceMappings
    implements Operation<ListEventSourceMappings.Input, ListEventSourceMappings.Output> {
  /** What a page holds at most, other than those of most lists. */
  private static final int MOST = 100;

  record Input(
      Optional<String> eventSourceArn,
      Optional<String> functionName,
      Optional<String> marker,
      Optional<Integer> maxItems) {}

  record Output(List<MappingDescription> eventSourceMappings, Optional<String> nextMarker) {}

  private final Account account;
  private final EventSourceMappings mappings;
  private final FunctionReferences references;

  ListEventSourceMappings(
      Account account, EventSourceMappings mappings, FunctionReferences references) {
    this.account = account;
    this.mappings = mappings;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Optional<FunctionArn> function =
        input.functionName().map(name -> references.resolve(name, Optional.empty()));
    List<EventSourceMapping> wanted =
        mappings.list().stream()
            .filter(
                mapping ->
                    input.eventSourceArn().isEmpty()
                        || mapping.source().arn().equals(input.eventSourceArn()))
            .filter(
                mapping ->
                    function.isEmpty() || mapping.functionArn(account).equals(function.get()))
            .toList();
    Page<EventSourceMapping> page =
        Page.of(wanted, EventSourceMapping::uuid, input.marker(), input.maxItems(), MOST);
    return new Output(
        page.items().stream()
            .map(mapping -> MappingDescription.of(mapping, account, mappings.status(mapping)))
            .toList(),
        page.next());
  }
}
