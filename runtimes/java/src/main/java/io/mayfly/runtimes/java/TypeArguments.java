package io.mayfly.runtimes.java;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a class puts for the type parameters of an interface that it inherits somehow. */
final class TypeArguments {
  private TypeArguments() {}

  /** The types of a handler's event and answer. */
  static Type[] ofRequestHandler(Class<?> type) {
    Type[] found = find(type, Map.of());
    if (found == null) {
      throw Fault.of(
          "Class "
              + type.getName()
              + " does not implement RequestHandler with concrete type parameters");
    }
    for (Type argument : found) {
      if (argument instanceof TypeVariable<?> variable
          && Arrays.stream(variable.getBounds()).allMatch(Object.class::equals)) {
        throw Fault.of(
            "Class "
                + type.getName()
                + " does not implement RequestHandler with concrete type parameters: parameter "
                + argument
                + " has no upper bound.");
      }
    }
    return found;
  }

  private static Type @Nullable [] find(Type type, Map<Type, Type> known) {
    if (type instanceof ParameterizedType parameterized) {
      Class<?> raw = (Class<?>) parameterized.getRawType();
      Type[] arguments = parameterized.getActualTypeArguments();
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = known.getOrDefault(arguments[i], arguments[i]);
      }
      if (raw == RequestHandler.class) {
        return arguments;
      }
      Map<Type, Type> inner = new HashMap<>();
      TypeVariable<?>[] names = raw.getTypeParameters();
      for (int i = 0; i < names.length; i++) {
        inner.put(names[i], arguments[i]);
      }
      return above(raw, inner);
    }
    return type instanceof Class<?> plain ? above(plain, Map.of()) : null;
  }

  private static Type @Nullable [] above(Class<?> type, Map<Type, Type> known) {
    for (Type parent : type.getGenericInterfaces()) {
      Type[] found = find(parent, known);
      if (found != null) {
        return found;
      }
    }
    Type parent = type.getGenericSuperclass();
    return parent == null ? null : find(parent, known);
  }
}
