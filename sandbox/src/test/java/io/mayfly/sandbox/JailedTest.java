package io.mayfly.sandbox;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test with a real sandbox of its own. */
abstract class JailedTest {
  @TempDir Path data;
  JailHarness jails = unset();

  /** Fields that a framework fills in before each test. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T unset() {
    return null;
  }

  @BeforeEach
  final void openSandbox() {
    jails = new JailHarness(data);
  }

  @AfterEach
  final void closeSandbox() {
    jails.close();
  }
}
