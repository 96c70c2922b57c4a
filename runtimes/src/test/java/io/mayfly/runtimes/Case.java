package io.mayfly.runtimes;

import io.mayfly.model.Invocation;
import io.mayfly.model.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One handler and the events it gets.
 *
 * @param logged whether the log lines are part of the comparison
 */
record Case(
    String handler, List<Invocation> events, Map<String, String> environment, boolean logged) {
  private static final String FIRST_EVENT = "{\"n\": 1, \"text\": \"zwölf 😀\"}";

  /** A handler with one event. */
  static Case of(String handler) {
    return new Case(handler, List.of(GuestProcess.event(FIRST_EVENT)), Map.of(), true);
  }

  Case events(String... json) {
    List<Invocation> list = new ArrayList<>();
    for (String one : json) {
      list.add(GuestProcess.event(one));
    }
    return new Case(handler, List.copyOf(list), environment, logged);
  }

  Case event(byte[] payload) {
    Invocation like = events.getFirst();
    Invocation event =
        new Invocation(
            like.requestId(),
            payload,
            like.deadline(),
            like.functionArn(),
            like.traceId(),
            Optional.empty(),
            Optional.empty());
    return new Case(handler, List.of(event), environment, logged);
  }

  Case caller(String clientContext, String identity) {
    Invocation like = events.getFirst();
    Invocation event =
        new Invocation(
            like.requestId(),
            like.payload(),
            like.deadline(),
            like.functionArn(),
            like.traceId(),
            Optional.of(clientContext).filter(text -> !text.isEmpty()),
            Optional.of(identity).filter(text -> !text.isEmpty()));
    return new Case(handler, List.of(event), environment, logged);
  }

  /** All events on a tenant's behalf. */
  Case tenant(String id) {
    return new Case(
        handler,
        events.stream()
            .map(
                like ->
                    new Invocation(
                        like.requestId(),
                        like.payload(),
                        like.deadline(),
                        like.functionArn(),
                        like.traceId(),
                        like.clientContext(),
                        like.cognitoIdentity(),
                        Optional.of(new TenantId(id))))
            .toList(),
        environment,
        logged);
  }

  Case with(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new Case(handler, events, Map.copyOf(more), logged);
  }

  /** For ends in which the interpreter itself writes about the runtime's own frames. */
  Case withoutLog() {
    return new Case(handler, events, environment, false);
  }

  @Override
  public String toString() {
    return handler + (environment.isEmpty() ? "" : " " + environment);
  }
}
