package io.mayfly.runtimes.java;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A function, whatever its shape: bytes in, bytes out. */
@FunctionalInterface
interface Handler {
  void handle(InputStream input, OutputStream output, Context context) throws IOException;

  /** The answer of a handler that has none. */
  static void writeNull(OutputStream output) throws IOException {
    output.write("null".getBytes(StandardCharsets.UTF_8));
  }

  /** One that answers every call with the reason why there is no handler. */
  static Handler broken(Fault fault) {
    return (input, output, context) -> {
      throw fault;
    };
  }
}
