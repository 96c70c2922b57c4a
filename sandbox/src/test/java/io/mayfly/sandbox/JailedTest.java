package io.mayfly.sandbox;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share one real sandbox; each makes instances of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JailedTest {
  Path data = unset();
  JailHarness jails = unset();

  /** Fields that a framework fills in before the first test. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T unset() {
    return null;
  }

  /** How the instances of these tests come to be. */
  JailHarness.Way way() {
    return JailHarness.Way.BUILT;
  }

  /** How long those with extensions may take to end. */
  ShutdownLimits shutdown() {
    return ShutdownLimits.LAMBDA;
  }

  @BeforeAll
  final void openSandbox(@TempDir Path folder) {
    data = folder;
    jails = new JailHarness(new SandboxConfig(folder, Isolation.JAIL, shutdown()), way());
  }

  @AfterAll
  final void closeSandbox() {
    jails.close();
  }
}
