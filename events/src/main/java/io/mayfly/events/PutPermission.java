package io.mayfly.events;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.Optional;
import java.util.function.Consumer;

/** {@code PutPermission}: a statement of a bus's policy, or all of it. */
final class PutPermission implements Operation<PutPermission.Input, Operation.Nothing> {
  record Input(
      Optional<String> eventBusName,
      Optional<String> action,
      Optional<String> principal,
      Optional<String> statementId,
      Optional<Condition> condition,
      Optional<String> policy) {}

  record Condition(String type, String key, String value) {}

  private final EventBuses buses;
  private final Consumer<String> policyCheck;

  PutPermission(EventBuses buses, Consumer<String> policyCheck) {
    this.buses = buses;
    this.policyCheck = policyCheck;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    String name = input.eventBusName().orElse(EventArns.DEFAULT);
    var _ =
        buses.change(
            name, bus -> bus.withPolicy(Optional.of(text(bus, input)), buses.clock().instant()));
    return Nothing.VALUE;
  }

  private String text(Bus bus, Input input) {
    String text = input.policy().orElseGet(() -> withStatement(bus, input));
    if (text.length() > BusPolicy.LONGEST) {
      throw EventsErrors.policyTooLong();
    }
    try {
      policyCheck.accept(text);
    } catch (AwsException e) {
      throw EventsErrors.invalid("Policy", String.valueOf(e.getMessage()));
    }
    return text;
  }

  private String withStatement(Bus bus, Input input) {
    if (input.statementId().isEmpty() || input.principal().isEmpty() || input.action().isEmpty()) {
      throw EventsErrors.validation(
          "Parameter(s) Policy, or StatementId, Principal and Action must be specified.");
    }
    BusPolicy policy = BusPolicy.of(bus);
    policy.put(
        input.statementId().get(),
        input.principal().get(),
        input.action().get(),
        buses.arns().bus(bus.name()),
        input.condition());
    return policy.text().orElseThrow();
  }
}
