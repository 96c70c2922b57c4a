package io.mayfly.aws;

import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Binds one record class to one structure. Made once per operation, which finds every mismatch;
 * then safe for use by many threads.
 *
 * @param <R> the record
 */
final class RecordBinder<R extends Record> {
  /** Which way values flow: a request may leave out more than an answer. */
  enum Direction {
    INPUT,
    OUTPUT
  }

  private record Key(Class<?> type, String shape) {}

  /** What a component of the record holds. */
  private sealed interface Part {
    Method accessor();

    /** What it is to hold. */
    @Nullable Object toJava(Map<String, Object> values, String path);

    /** Adds the values of what it holds. */
    void toValues(Object component, Map<String, Object> values);
  }

  /** One member. */
  private record Slot(Member member, Method accessor, boolean optional, Converter converter)
      implements Part {
    @Override
    public @Nullable Object toJava(Map<String, Object> values, String path) {
      Object value = values.get(member.name());
      if (value == null) {
        return optional ? Optional.empty() : absent(member.shape());
      }
      Object converted = converter.toJava(value, path + member.name());
      return optional ? Optional.of(converted) : converted;
    }

    @Override
    public void toValues(Object component, Map<String, Object> values) {
      Object present = optional ? ((Optional<?>) component).orElse(null) : component;
      if (present != null) {
        values.put(member.name(), converter.toValue(present));
      }
    }
  }

  /** Several members. */
  private record Group(Method accessor, RecordBinder<?> binder) implements Part {
    @Override
    public Object toJava(Map<String, Object> values, String path) {
      return binder.make(values, path);
    }

    @Override
    public void toValues(Object component, Map<String, Object> values) {
      values.putAll(binder.toValues((Record) component));
    }
  }

  private final Class<R> type;
  private final Shape.Structure shape;
  private final Constructor<R> constructor;
  private final List<Part> parts = new ArrayList<>();
  private final Set<String> bound = new HashSet<>();

  private RecordBinder(Class<R> type, Shape.Structure shape) {
    this.type = type;
    this.shape = shape;
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
    }
    try {
      this.constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
    } catch (NoSuchMethodException impossible) {
      throw new IllegalStateException("a record without its constructor: " + type, impossible);
    }
  }

  /**
   * Binds {@code type} to {@code shape}.
   *
   * @throws IllegalArgumentException if a component has no member or another type, a required
   *     member of an output has no component, or an input requires what a request may leave out
   */
  static <R extends Record> RecordBinder<R> bind(
      Class<R> type, Shape.Structure shape, Direction direction) {
    return bind(type, shape, direction, new HashMap<>());
  }

  private static <R extends Record> RecordBinder<R> bind(
      Class<R> type, Shape.Structure shape, Direction direction, Map<Key, RecordBinder<?>> known) {
    Key key = new Key(type, shape.name());
    @SuppressWarnings("unchecked") // the key holds the class
    RecordBinder<R> earlier = (RecordBinder<R>) known.get(key);
    if (earlier != null) {
      return earlier;
    }
    RecordBinder<R> binder = new RecordBinder<>(type, shape);
    known.put(key, binder);
    binder.bindComponents(direction, known);
    if (direction == Direction.OUTPUT) {
      for (Member member : shape.members().values()) {
        if (member.required() && !binder.bound.contains(member.name())) {
          throw binder.mismatch("lacks the required member " + member.name());
        }
      }
    }
    return binder;
  }

  private void bindComponents(Direction direction, Map<Key, RecordBinder<?>> known) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (Mixin.class.isAssignableFrom(component.getType())) {
        RecordBinder<?> binder =
            new RecordBinder<>(component.getType().asSubclass(Record.class), shape);
        binder.bindComponents(direction, known);
        parts.add(new Group(accessor(component), binder));
        binder.bound.forEach(this::bindOnce);
      } else {
        Slot slot = slot(component, direction, known);
        parts.add(slot);
        bindOnce(slot.member().name());
      }
    }
  }

  private void bindOnce(String member) {
    if (!bound.add(member)) {
      throw mismatch("has two components for the member " + member);
    }
  }

  private static Method accessor(RecordComponent component) {
    Method accessor = component.getAccessor();
    accessor.setAccessible(true);
    return accessor;
  }

  private Slot slot(
      RecordComponent component, Direction direction, Map<Key, RecordBinder<?>> known) {
    Member member = member(component.getName());
    boolean optional = component.getType() == Optional.class;
    Type type = component.getGenericType();
    if (optional) {
      type = argument(type, 0, component.getName());
    } else if (direction == Direction.INPUT
        && !member.required()
        && !(member.shape() instanceof Shape.ListShape)
        && !(member.shape() instanceof Shape.MapShape)) {
      throw mismatch(component.getName() + " must be Optional: a request may leave it out");
    }
    return new Slot(
        member,
        accessor(component),
        optional,
        converter(type, member, component.getName(), direction, known));
  }

  private Member member(String component) {
    String name =
        component.endsWith("_") ? component.substring(0, component.length() - 1) : component;
    List<Member> found = new ArrayList<>();
    for (Member member : shape.members().values()) {
      if (member.lowerName().equals(name)) {
        return member;
      }
      if (member.name().equalsIgnoreCase(name)) {
        found.add(member);
      }
    }
    if (found.size() != 1) {
      throw mismatch("has " + component + ", which is no member of the model");
    }
    return found.getFirst();
  }

  private Converter converter(
      Type type,
      Member member,
      String component,
      Direction direction,
      Map<Key, RecordBinder<?>> known) {
    return switch (member.shape()) {
      case Shape.Structure structure -> {
        if (!(type instanceof Class<?> nested && nested.isRecord())) {
          throw mismatch(component + " must be a record");
        }
        yield new Converter.OfRecord(
            bind(nested.asSubclass(Record.class), structure, direction, known));
      }
      case Shape.ListShape list -> {
        expectRaw(type, List.class, component);
        Type element = argument(type, 0, component);
        yield new Converter.OfList(
            elementConverter(element, list.element(), list.sparse(), component, direction, known));
      }
      case Shape.MapShape map -> {
        expectRaw(type, Map.class, component);
        if (argument(type, 0, component) != String.class) {
          throw mismatch(component + " must have String keys");
        }
        Type value = argument(type, 1, component);
        yield new Converter.OfMap(
            elementConverter(value, map.value(), map.sparse(), component, direction, known));
      }
      case Shape.StringShape _,
          Shape.Blob _,
          Shape.NumberShape _,
          Shape.BooleanShape _,
          Shape.Timestamp _ -> {
        Class<?> wanted = Converter.scalarType(member.shape());
        if (!(type instanceof Class<?> given && Converter.boxed(given) == wanted)) {
          throw mismatch(component + " must be of type " + wanted.getSimpleName());
        }
        yield Converter.SAME;
      }
      case Shape.Document _ -> {
        if (type != Object.class) {
          throw mismatch(component + " must be of type Object");
        }
        yield Converter.SAME;
      }
    };
  }

  private Converter elementConverter(
      Type type,
      Member member,
      boolean sparse,
      String component,
      Direction direction,
      Map<Key, RecordBinder<?>> known) {
    if (!sparse) {
      return converter(type, member, component, direction, known);
    }
    expectRaw(type, Optional.class, component);
    Type present = argument(type, 0, component);
    return new Converter.OfOptional(converter(present, member, component, direction, known));
  }

  private void expectRaw(Type type, Class<?> raw, String component) {
    if (!(type instanceof ParameterizedType parameterized && parameterized.getRawType() == raw)) {
      throw mismatch(component + " must be a " + raw.getSimpleName());
    }
  }

  private Type argument(Type type, int index, String component) {
    if (type instanceof ParameterizedType parameterized) {
      return parameterized.getActualTypeArguments()[index];
    }
    throw mismatch(component + " lacks its type arguments");
  }

  private IllegalArgumentException mismatch(String what) {
    return new IllegalArgumentException(
        type.getName() + " does not fit the structure " + shape.name() + ": " + what);
  }

  /**
   * The record that holds {@code values}.
   *
   * @param path what stands before a member's name in an error
   * @throws AwsException if a value has no component, or whatever the record's constructor throws
   */
  R toRecord(Map<String, Object> values, String path) {
    if (!bound.containsAll(values.keySet())) {
      for (String name : values.keySet()) {
        if (!bound.contains(name)) {
          throw AwsException.unsupported(path + name);
        }
      }
    }
    return make(values, path);
  }

  private R make(Map<String, Object> values, String path) {
    @Nullable Object[] arguments = new Object[parts.size()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = parts.get(i).toJava(values, path);
    }
    try {
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException thrown) {
      if (thrown.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(type + " could not be made", thrown);
    } catch (InstantiationException | IllegalAccessException impossible) {
      throw new IllegalStateException(type + " could not be made", impossible);
    }
  }

  private static @Nullable Object absent(Shape shape) {
    if (shape instanceof Shape.ListShape) {
      return List.of();
    }
    // A required scalar is never absent here: validation came first.
    return shape instanceof Shape.MapShape ? Map.of() : null;
  }

  /** The values that {@code from} holds; what is absent is left out. */
  Map<String, Object> toValues(Record from) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Part part : parts) {
      try {
        part.toValues(part.accessor().invoke(from), values);
      } catch (ReflectiveOperationException impossible) {
        throw new IllegalStateException("cannot read " + part.accessor(), impossible);
      }
    }
    return values;
  }

  /** Converts one value of the engine to Java and back. */
  private sealed interface Converter {
    Same SAME = new Same();

    Object toJava(Object value, String path);

    Object toValue(Object java);

    static Class<?> scalarType(Shape shape) {
      return switch (shape) {
        case Shape.StringShape _ -> String.class;
        case Shape.Blob _ -> byte[].class;
        case Shape.BooleanShape _ -> Boolean.class;
        case Shape.Timestamp _ -> Instant.class;
        case Shape.NumberShape number ->
            switch (number.kind()) {
              case BYTE -> Byte.class;
              case SHORT -> Short.class;
              case INTEGER -> Integer.class;
              case LONG -> Long.class;
              case FLOAT -> Float.class;
              case DOUBLE -> Double.class;
            };
        case Shape.Structure _, Shape.ListShape _, Shape.MapShape _, Shape.Document _ ->
            throw new IllegalArgumentException(shape.name() + " is no scalar");
      };
    }

    static Class<?> boxed(Class<?> type) {
      return MethodType.methodType(type).wrap().returnType();
    }

    record Same() implements Converter {
      @Override
      public Object toJava(Object value, String path) {
        return value;
      }

      @Override
      public Object toValue(Object java) {
        return java;
      }
    }

    record OfRecord(RecordBinder<?> binder) implements Converter {
      @Override
      public Object toJava(Object value, String path) {
        return binder.toRecord(Values.structure(value), path + ".");
      }

      @Override
      public Object toValue(Object java) {
        return binder.toValues((Record) java);
      }
    }

    record OfOptional(Converter present) implements Converter {
      @Override
      public Object toJava(Object value, String path) {
        return ((Optional<?>) value).map(found -> present.toJava(found, path));
      }

      @Override
      public Object toValue(Object java) {
        return ((Optional<?>) java).map(present::toValue);
      }
    }

    record OfList(Converter element) implements Converter {
      @Override
      public Object toJava(Object value, String path) {
        List<Object> elements = new ArrayList<>();
        for (Object member : Values.list(value)) {
          elements.add(element.toJava(member, path));
        }
        return List.copyOf(elements);
      }

      @Override
      public Object toValue(Object java) {
        List<Object> elements = new ArrayList<>();
        for (Object member : Values.list(java)) {
          elements.add(element.toValue(member));
        }
        return elements;
      }
    }

    record OfMap(Converter value) implements Converter {
      @Override
      public Object toJava(Object values, String path) {
        return convert(values, entry -> value.toJava(entry, path));
      }

      @Override
      public Object toValue(Object java) {
        return convert(java, value::toValue);
      }

      private static Object convert(Object map, UnaryOperator<Object> conversion) {
        Map<String, Object> entries = new LinkedHashMap<>();
        Values.structure(map).forEach((key, entry) -> entries.put(key, conversion.apply(entry)));
        return Collections.unmodifiableMap(entries);
      }
    }
  }
}
