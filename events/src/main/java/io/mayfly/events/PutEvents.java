package io.mayfly.events;

import io.mayfly.aws.Authorizer;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code PutEvents}: events on buses; one that is wrong is refused alone. */
final class PutEvents implements Operation<PutEvents.Input, PutEvents.Output> {
  record Input(List<Entry> entries) {}

  record Output(int failedEntryCount, List<Publisher.Result> entries) {}

  record Entry(
      Optional<Instant> time,
      Optional<String> source,
      List<String> resources,
      Optional<String> detailType,
      Optional<String> detail,
      Optional<String> eventBusName,
      Optional<String> traceHeader) {
    private Publisher.Entry given() {
      return new Publisher.Entry(
          source, detailType, detail, time, resources, eventBusName, traceHeader);
    }
  }

  private final Publisher publisher;
  private final EventsAccess access;
  private final Authorizer authorizer;

  PutEvents(Publisher publisher, EventsAccess access, Authorizer authorizer) {
    this.publisher = publisher;
    this.access = access;
    this.authorizer = authorizer;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    // The first bus has been asked for already.
    input.entries().stream()
        .map(entry -> entry.eventBusName().orElse(EventArns.DEFAULT))
        .distinct()
        .skip(1)
        .forEach(bus -> authorizer.authorize(caller, () -> access.ofBus(bus)));
    List<Publisher.Result> results =
        publisher.put(input.entries().stream().map(Entry::given).toList());
    return new Output(
        (int) results.stream().filter(each -> each.errorCode().isPresent()).count(), results);
  }
}
