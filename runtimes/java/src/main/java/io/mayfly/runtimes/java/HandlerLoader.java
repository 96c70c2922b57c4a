package io.mayfly.runtimes.java;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds what {@code package.Class} or {@code package.Class::method} means.
 *
 * <p>A handler that cannot be found is not yet a failed start: each call is answered with the
 * reason. Code of the function's own that throws while it is loaded is, and throws a fatal {@link
 * Fault}.
 */
final class HandlerLoader {
  private final ClassLoader classes;
  private final Codecs codecs;

  HandlerLoader(ClassLoader classes) {
    this(classes, classes);
  }

  /**
   * @param services where a serialiser of the function's own would be
   */
  HandlerLoader(ClassLoader classes, ClassLoader services) {
    this.classes = classes;
    this.codecs = new Codecs(services);
  }

  /**
   * @throws Fault a fatal one, if the function's own code failed
   */
  Handler load(String name) {
    int colons = name.lastIndexOf("::");
    String className = colons < 0 ? name : name.substring(0, colons);
    String method = colons < 0 ? "" : name.substring(colons + 2);
    if (className.isEmpty() || (colons >= 0 && method.isEmpty())) {
      return Handler.broken(Fault.of("Invalid handler: `" + name + "'"));
    }
    Class<?> type;
    try {
      type = Class.forName(className, true, classes);
    } catch (ClassNotFoundException absent) {
      return Handler.broken(Fault.of("Class not found: " + className, absent, false));
    } catch (NoClassDefFoundError incomplete) {
      return Handler.broken(Fault.ofClass(className, incomplete));
    } catch (Throwable thrown) {
      throw Fault.ofClass(className, thrown);
    }
    try {
      return colons < 0 ? ofInterface(type) : ofMethod(type, method);
    } catch (Fault fault) {
      if (fault.fatal()) {
        throw fault;
      }
      return Handler.broken(fault);
    } catch (Throwable thrown) {
      return Handler.broken(Fault.of(thrown, false));
    }
  }

  private Handler ofInterface(Class<?> type) throws Exception {
    if (RequestStreamHandler.class.isAssignableFrom(type)) {
      return ((RequestStreamHandler) create(type))::handleRequest;
    }
    if (RequestHandler.class.isAssignableFrom(type)) {
      Type[] types = TypeArguments.ofRequestHandler(type);
      @SuppressWarnings("unchecked")
      RequestHandler<Object, Object> handler = (RequestHandler<Object, Object>) create(type);
      return new ObjectHandler(codecs, types[0], types[1], handler::handleRequest);
    }
    throw Fault.of("Class does not implement an appropriate handler interface: " + type.getName());
  }

  /** Of several methods of that name, the one with the most parameters that fit. */
  private Handler ofMethod(Class<?> type, String name) throws Exception {
    List<Method> candidates;
    try {
      candidates =
          Arrays.stream(type.getMethods())
              .filter(method -> method.getName().equals(name))
              .sorted(
                  Comparator.comparing(Method::isBridge)
                      .thenComparing(HandlerLoader::weight, Comparator.reverseOrder()))
              .toList();
    } catch (NoClassDefFoundError incomplete) {
      throw Fault.of(
          "Error loading method " + name + " on class " + type.getName(), incomplete, false);
    }
    for (Method method : candidates) {
      Shape shape = Shape.of(method);
      if (shape != null) {
        Object instance = Modifier.isStatic(method.getModifiers()) ? null : create(type);
        return shape.handler(codecs, method, instance);
      }
    }
    throw Fault.of(
        "No public method named "
            + name
            + " with appropriate method signature found on class "
            + type.getName());
  }

  private static int weight(Method method) {
    Class<?>[] types = method.getParameterTypes();
    boolean context = types.length > 0 && types[types.length - 1] == Context.class;
    return types.length + (context ? 1 : 0);
  }

  private static Object create(Class<?> type) throws Exception {
    Constructor<?> constructor;
    try {
      constructor = type.getConstructor();
    } catch (NoSuchMethodException none) {
      if (type.getEnclosingClass() != null && !Modifier.isStatic(type.getModifiers())) {
        throw new Exception(
            "Class "
                + type.getName()
                + " cannot be instantiated because it is a non-static inner class");
      }
      throw new Exception(
          "Class " + type.getName() + " has no public zero-argument constructor", none);
    }
    try {
      return constructor.newInstance();
    } catch (InvocationTargetException thrown) {
      throw Fault.of(thrown.getCause() == null ? thrown : thrown.getCause(), true);
    }
  }

  /** Which of the parameters that may stand in a handler method do. */
  private record Shape(
      boolean stream, boolean input, boolean output, boolean context, @Nullable Type event) {
    static @Nullable Shape of(Method method) {
      Type[] types = method.getGenericParameterTypes();
      int count = types.length;
      boolean context = count > 0 && types[count - 1] == Context.class;
      if (context) {
        count--;
      }
      if (count == 0) {
        return new Shape(false, false, false, context, null);
      }
      boolean input = types[0] == InputStream.class;
      boolean output = types[count - 1] == OutputStream.class;
      if (count == 1) {
        return new Shape(input || output, input, output, context, input ? null : types[0]);
      }
      return count == 2 && input && output ? new Shape(true, true, true, context, null) : null;
    }

    Handler handler(Codecs codecs, Method method, @Nullable Object instance) {
      if (stream) {
        return (in, out, call) -> {
          if (input && output) {
            invoke(
                method, instance, context ? new Object[] {in, out, call} : new Object[] {in, out});
          } else {
            Object only = input ? in : out;
            invoke(method, instance, context ? new Object[] {only, call} : new Object[] {only});
          }
          if (!output) {
            Handler.writeNull(out);
          }
        };
      }
      return new ObjectHandler(
          codecs,
          event,
          method.getGenericReturnType(),
          (value, call) -> {
            if (event == null) {
              return invoke(method, instance, context ? new Object[] {call} : new Object[0]);
            }
            return invoke(
                method, instance, context ? new Object[] {value, call} : new Object[] {value});
          });
    }

    private static Object invoke(Method method, @Nullable Object instance, Object[] arguments) {
      try {
        return method.invoke(instance, arguments);
      } catch (InvocationTargetException thrown) {
        Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
        throw Fault.<RuntimeException>rethrow(Fault.hideGuest(cause));
      } catch (Throwable thrown) {
        throw Fault.<RuntimeException>rethrow(Fault.hideGuest(thrown));
      }
    }
  }
}
