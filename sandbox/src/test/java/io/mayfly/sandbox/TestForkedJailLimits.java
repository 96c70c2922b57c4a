package io.mayfly.sandbox;

/** The same limits around instances that a zygote has made. */
final class TestForkedJailLimits extends TestJailLimits {
  @Override
  JailHarness.Way way() {
    return JailHarness.Way.FORKED;
  }

  @Override
  int jailsOwnProcesses() {
    return 1;
  }
}
