package io.mayfly.aws;

import java.util.Map;

/** What a service does with the values of a call before they become a record. */
@FunctionalInterface
public interface Intake {
  /** Checks them against every constraint of the model, as most services do. */
  Intake VALIDATION =
      (route, values) -> Validator.check(values, route.service().input(route.operation()));

  /**
   * Checks the values; may add what the request says elsewhere. What is required in the model must
   * be there afterwards.
   *
   * @param values by member name (see {@link Shape})
   * @throws AwsException if they are not what the service takes
   */
  void check(Route route, Map<String, Object> values);
}
