package io.mayfly.aws;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A service with the operations that Mayfly implements of it. Making one checks every operation
 * against the model. Safe for use by many threads.
 */
public final class AwsService {
  private final ServiceModel model;
  private final Map<String, Bound<?, ?>> typed = new HashMap<>();
  private final Map<String, RawOperation> raw = new HashMap<>();
  private final Optional<Function<Route, Access>> access;
  private final Intake intake;

  /**
   * Binds operations to a model.
   *
   * @throws IllegalArgumentException if an operation is not in the model, is given twice, or its
   *     records do not fit
   */
  public AwsService(ServiceModel model, List<Operation<?, ?>> typed, List<RawOperation> raw) {
    this(model, typed, raw, Optional.of(Access::of));
  }

  /**
   * Binds operations to a model.
   *
   * @param access what a call needs permission for; empty if everybody who has signed may make all
   * @throws IllegalArgumentException if an operation is not in the model, is given twice, or its
   *     records do not fit
   */
  public AwsService(
      ServiceModel model,
      List<Operation<?, ?>> typed,
      List<RawOperation> raw,
      Optional<Function<Route, Access>> access) {
    this(model, typed, raw, access, Intake.VALIDATION);
  }

  /**
   * Binds operations to a model.
   *
   * @param intake what is done with the values of a call before they are bound
   * @throws IllegalArgumentException if an operation is not in the model, is given twice, or its
   *     records do not fit
   */
  public AwsService(
      ServiceModel model,
      List<Operation<?, ?>> typed,
      List<RawOperation> raw,
      Optional<Function<Route, Access>> access,
      Intake intake) {
    this.model = model;
    this.access = access;
    this.intake = intake;
    Set<String> names = new HashSet<>();
    for (Operation<?, ?> operation : typed) {
      this.typed.put(operation.name(), bind(model(operation.name(), names), operation));
    }
    for (RawOperation operation : raw) {
      this.raw.put(model(operation.name(), names).name(), operation);
    }
  }

  private OperationModel model(String name, Set<String> names) {
    if (!names.add(name)) {
      throw new IllegalArgumentException("operation " + name + " is given twice");
    }
    return model
        .operation(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "operation " + name + " is not in the model of " + serviceName()));
  }

  private <I extends Record, O extends Record> Bound<I, O> bind(
      OperationModel operationModel, Operation<I, O> operation) {
    return new Bound<>(
        operation,
        RecordBinder.bind(
            operation.input(), model.input(operationModel), RecordBinder.Direction.INPUT),
        RecordBinder.bind(
            operation.output(), model.output(operationModel), RecordBinder.Direction.OUTPUT));
  }

  /** The service's model. */
  public ServiceModel model() {
    return model;
  }

  private String serviceName() {
    return model.metadata().signingName();
  }

  /** Lets a caller go on who may make a call. */
  void authorize(Route route, Caller caller, Authorizer authorizer) {
    access.ifPresent(needed -> authorizer.authorize(caller, () -> needed.apply(route)));
  }

  /** Answers an authenticated call; errors are thrown. */
  WireAnswer call(Route route, Caller caller) {
    String name = route.operation().name();
    RawOperation bypass = raw.get(name);
    if (bypass != null) {
      return bypass.handle(route, caller);
    }
    Bound<?, ?> operation =
        Optional.ofNullable(typed.get(name)).orElseThrow(() -> notImplemented(name));
    ServiceModel spoken = route.service();
    Protocol protocol = Protocol.of(spoken);
    Map<String, Object> input = protocol.parse(route);
    intake.check(route, input);
    Map<String, Object> output = operation.handle(input, caller);
    return protocol.result(spoken, route.operation(), output, caller.requestId());
  }

  private AwsException notImplemented(String operation) {
    return new AwsException(
        "NotImplementedException",
        501,
        "Mayfly does not implement " + serviceName() + ":" + operation + " yet");
  }

  private record Bound<I extends Record, O extends Record>(
      Operation<I, O> operation, RecordBinder<I> input, RecordBinder<O> output) {
    Map<String, Object> handle(Map<String, Object> values, Caller caller) {
      return output.toValues(operation.handle(input.toRecord(values, ""), caller));
    }
  }
}
