package io.mayfly.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Functions for {@code provided} runtimes, whose whole program is in the zip file. */
public final class Custom {
  private Custom() {}

  /**
   * A zip with code in Python that defines {@code handler(event, context)}, and a small runtime
   * around it. The context has {@code request_id}, {@code deadline_ms}, {@code arn}, {@code trace},
   * {@code client_context} and {@code tenant_id}; {@code Raw(bytes)} is a result that goes out as
   * it is.
   */
  public static byte[] python(String code) {
    return new Zip().program("bootstrap", resource("bootstrap.py")).file("app.py", code).bytes();
  }

  /** A zip with a program that speaks the Runtime API itself. */
  public static byte[] program(String bootstrap) {
    return new Zip().program("bootstrap", bootstrap).bytes();
  }

  private static String resource(String name) {
    try (InputStream in = Custom.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
