package io.mayfly.lambda;

import java.util.Optional;
import java.util.OptionalInt;

/** The API's {@code Concurrency} shape: what a function has reserved, if anything. */
record Reservation(Optional<Integer> reservedConcurrentExecutions) {
  static Reservation of(OptionalInt reserved) {
    return new Reservation(
        reserved.isPresent() ? Optional.of(reserved.getAsInt()) : Optional.empty());
  }
}
