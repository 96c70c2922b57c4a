package io.mayfly.runtimes.java;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** A handler that takes and returns objects, with JSON on both sides. */
final class ObjectHandler implements Handler {
  /** The function itself. */
  interface Body {
    @Nullable Object handle(@Nullable Object event, Context context);
  }

  private final Codecs codecs;
  private final @Nullable Type eventType;
  private final @Nullable Type resultType;
  private final Body body;

  /**
   * @param eventType null if the handler takes no event
   */
  ObjectHandler(Codecs codecs, @Nullable Type eventType, Type resultType, Body body) {
    this.codecs = codecs;
    this.eventType = eventType;
    this.resultType = resultType == void.class || resultType == Void.class ? null : resultType;
    this.body = body;
    // What takes time at the first use is better done before the first call.
    if (eventType != null) {
      codecs.of(eventType);
    }
    if (this.resultType != null) {
      codecs.of(this.resultType);
    }
  }

  @Override
  public void handle(InputStream input, OutputStream output, Context context) throws IOException {
    Object event;
    try {
      event = eventType == null ? null : codecs.of(eventType, context).fromJson(input);
    } catch (Throwable thrown) {
      throw new RuntimeException("An error occurred during JSON parsing", Fault.hideGuest(thrown));
    }
    Object result;
    try {
      result = body.handle(event, context);
    } catch (Throwable thrown) {
      throw Fault.<RuntimeException>rethrow(Fault.hideGuest(thrown));
    }
    try {
      if (resultType == null) {
        Handler.writeNull(output);
      } else {
        write(codecs.of(resultType, context), result, output);
      }
    } catch (Throwable thrown) {
      throw new RuntimeException("An error occurred during JSON serialization of response", thrown);
    }
  }

  @SuppressWarnings("NullAway") // A null answer is JSON's null; the library's types do not say so.
  private static void write(
      PojoSerializer<Object> codec, @Nullable Object result, OutputStream output) {
    codec.toJson(result, output);
  }
}
