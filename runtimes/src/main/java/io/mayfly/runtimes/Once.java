package io.mayfly.runtimes;

import java.util.Optional;
import java.util.function.Supplier;

/** A value that is made when it is first asked for. Safe for use by many threads. */
final class Once<T> implements Supplier<T> {
  private final Supplier<T> maker;
  private Optional<T> value = Optional.empty();

  Once(Supplier<T> maker) {
    this.maker = maker;
  }

  @Override
  public synchronized T get() {
    T present = value.orElseGet(maker);
    value = Optional.of(present);
    return present;
  }
}
