package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The same attacks from instances that a zygote has made. */
final class TestForkedJailSecurity extends TestJailSecurity {
  @Override
  JailHarness.Way way() {
    return JailHarness.Way.FORKED;
  }

  /** It speaks frames, so there is no Runtime API, its own or another's. */
  @Test
  @Override
  void runtimeApiOfAnotherInstanceIsOutOfReach() {
    Instance idle = jails.python("handler = lambda event: event").ready();
    assertThat(evaluate("open('/proc/self/net/tcp').read().count(':2329 ')")).isEqualTo("0");
    // Of Unix sockets it sees the two ends of its own connection.
    assertThat(evaluate("open('/proc/self/net/unix').read().count('.sock')")).isEqualTo("1");
    assertThat(idle.usable()).isTrue();
  }

  @Test
  void instancesAreForked() {
    assertThat(evaluate("open('/proc/1/cmdline').read()")).contains("zygote");
  }
}
