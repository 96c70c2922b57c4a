package io.mayfly.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The AWS SDK for JavaScript; what is expected stands in the program. */
final class TestJavaScriptSdk {
  private static String zip(String greeting) {
    return Base64.getEncoder()
        .encodeToString(
            Custom.python(
                """
                import os
                def handler(event, context):
                    if event == "fail":
                        raise KeyError("gone")
                    return {"event": event, "greeting": %s}
                """
                    .formatted(greeting)));
  }

  @Test
  void theSdkForJavaScriptDeploysCallsAndRemoves() throws IOException {
    Path program = Tools.nodeFolder().resolve("actions.mjs");
    try (InputStream text =
        Objects.requireNonNull(
            TestJavaScriptSdk.class.getResourceAsStream("javascript_actions.mjs"))) {
      Files.copy(text, program, StandardCopyOption.REPLACE_EXISTING);
    }
    Tools.node(Mayfly.shared(), program, zip("os.environ['GREETING']"), zip("'other'")).ok();
  }
}
