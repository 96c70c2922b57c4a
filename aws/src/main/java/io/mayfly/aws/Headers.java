package io.mayfly.aws;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * HTTP headers: names in any case, values in the order in which they came. Built by one thread,
 * then only read.
 */
public final class Headers {
  private final Map<String, List<String>> values = new LinkedHashMap<>();

  /** Headers with one value each. */
  public static Headers of(Map<String, String> single) {
    Headers headers = new Headers();
    single.forEach(headers::add);
    return headers;
  }

  /** Adds a value after those of the same name. */
  public Headers add(String name, String value) {
    values.computeIfAbsent(lower(name), _ -> new ArrayList<>(1)).add(value);
    return this;
  }

  /** Replaces all values of a name. */
  public Headers set(String name, String value) {
    values.put(lower(name), new ArrayList<>(List.of(value)));
    return this;
  }

  /** Sets a name that has no value yet. */
  public Headers setIfAbsent(String name, String value) {
    values.computeIfAbsent(lower(name), _ -> new ArrayList<>(List.of(value)));
    return this;
  }

  /** The first value. */
  public Optional<String> first(String name) {
    return all(name).stream().findFirst();
  }

  /** Every value of a name; empty if it is absent. */
  public List<String> all(String name) {
    return Collections.unmodifiableList(values.getOrDefault(lower(name), List.of()));
  }

  /** The names, in lower case. */
  public Set<String> names() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /** Calls {@code action} with each name, in lower case, and value. */
  public void forEach(BiConsumer<String, String> action) {
    values.forEach((name, all) -> all.forEach(value -> action.accept(name, value)));
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return values.keySet().toString();
  }
}
