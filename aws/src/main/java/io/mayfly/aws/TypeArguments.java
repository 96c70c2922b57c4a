package io.mayfly.aws;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/** Reads the records of an operation off its declaration, so that it need not name them again. */
final class TypeArguments {
  private TypeArguments() {}

  /**
   * A type argument that a class gives {@link Operation}.
   *
   * @throws IllegalArgumentException if the class does not implement it itself, with record types
   */
  @SuppressWarnings("unchecked") // What stands in the declaration is what the compiler checked.
  static <T> Class<T> ofOperation(Class<?> implementation, int index) {
    for (Type implemented : implementation.getGenericInterfaces()) {
      if (implemented instanceof ParameterizedType generic
          && generic.getRawType() == Operation.class
          && generic.getActualTypeArguments()[index] instanceof Class<?> argument) {
        return (Class<T>) argument;
      }
    }
    throw new IllegalArgumentException(
        implementation.getName() + " does not say which records it takes and gives");
  }
}
