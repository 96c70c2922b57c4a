package io.mayfly.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The AWS SDK for Python through every action there is; what is expected stands in the program. */
final class TestPythonSdk {
  @Test
  void boto3DrivesEveryActionAndGetsItsTypedErrors() throws IOException {
    String zip =
        Base64.getEncoder()
            .encodeToString(
                Custom.python(
                    """
                    def handler(event, context):
                        if event == "fail":
                            raise KeyError("gone")
                        return {"event": event, "arn": context.arn}
                    """));
    try (InputStream program = TestPythonSdk.class.getResourceAsStream("boto3_actions.py")) {
      String text =
          new String(Objects.requireNonNull(program).readAllBytes(), StandardCharsets.UTF_8);
      Tools.python(Mayfly.shared(), text, zip).ok();
    }
  }
}
