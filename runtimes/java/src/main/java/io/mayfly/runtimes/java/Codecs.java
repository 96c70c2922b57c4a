package io.mayfly.runtimes.java;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.amazonaws.services.lambda.runtime.serialization.factories.GsonFactory;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * JSON to a handler's types and back, by AWS's own serialisation library, or by the one serialiser
 * that the function brings along. Main thread only.
 */
final class Codecs {
  private final ClassLoader classes;
  private final Map<Type, PojoSerializer<Object>> cached = new HashMap<>();
  private final Map<Type, PojoSerializer<Object>> cachedForAndroid = new HashMap<>();
  private Optional<Optional<CustomPojoSerializer>> custom = Optional.empty();

  Codecs(ClassLoader classes) {
    this.classes = classes;
  }

  PojoSerializer<Object> of(Type type) {
    return cached.computeIfAbsent(type, wanted -> make(wanted, false));
  }

  /** The same for one call: clients on Android get their objects in Gson's way. */
  PojoSerializer<Object> of(Type type, Context context) {
    return isAndroid(context)
        ? cachedForAndroid.computeIfAbsent(type, wanted -> make(wanted, true))
        : of(type);
  }

  private static boolean isAndroid(Context context) {
    ClientContext caller = context.getClientContext();
    return caller != null
        && caller.getEnvironment() != null
        && "Android".equalsIgnoreCase(caller.getEnvironment().get("platform"));
  }

  @SuppressWarnings("unchecked")
  private PojoSerializer<Object> make(Type type, boolean android) {
    Optional<CustomPojoSerializer> own = custom();
    if (own.isPresent()) {
      return new Custom(own.get(), type);
    }
    if (type instanceof Class<?> event
        && LambdaEventSerializers.isLambdaSupportedEvent(event.getName())) {
      return LambdaEventSerializers.serializerFor((Class<Object>) event, classes);
    }
    return android
        ? GsonFactory.getInstance().getSerializer(type)
        : JacksonFactory.getInstance().getSerializer(type);
  }

  private Optional<CustomPojoSerializer> custom() {
    if (custom.isEmpty()) {
      Iterator<CustomPojoSerializer> found =
          ServiceLoader.load(CustomPojoSerializer.class, classes).iterator();
      Optional<CustomPojoSerializer> first =
          found.hasNext() ? Optional.of(found.next()) : Optional.empty();
      if (found.hasNext()) {
        throw new IllegalStateException(
            "Too many serializers provided inside the META-INF/services folder, only one is"
                + " allowed");
      }
      custom = Optional.of(first);
    }
    return custom.get();
  }

  private record Custom(CustomPojoSerializer serializer, Type type)
      implements PojoSerializer<Object> {
    @Override
    public Object fromJson(InputStream input) {
      return serializer.fromJson(input, type);
    }

    @Override
    public Object fromJson(String input) {
      return serializer.fromJson(input, type);
    }

    @Override
    public void toJson(Object value, OutputStream output) {
      serializer.toJson(value, output, type);
    }
  }
}
