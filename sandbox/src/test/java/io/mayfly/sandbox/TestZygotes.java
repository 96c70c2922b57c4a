package io.mayfly.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.runtimes.RuntimeLaunch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When there is a fork server; what it makes is the business of {@link TestForkedSpares}. */
final class TestZygotes {
  private static final Map<String, String> ENVIRONMENT = Map.of("LANG", "C.UTF-8", "OTHER", "x");

  /** Says that it is ready, and waits for orders. */
  private static final String WAITS =
      "import socket; s = socket.socket(fileno=3); s.recv(9999); s.send(b'ready'); s.recv(9999)";

  private final SocketLoop sockets = new SocketLoop();
  private final Machine machine = Machine.open(sockets);
  private final int mounts = Posix.open("/proc/self/ns/mnt", Posix.O_RDONLY);
  private final AtomicLong nanos = new AtomicLong(Duration.ofDays(1).toNanos());
  private final AtomicInteger made = new AtomicInteger();
  private final Zygotes zygotes = new Zygotes(this::make, nanos::get);

  private Zygote make(Zygote.Kind kind, Map<String, String> environment) {
    made.incrementAndGet();
    return Zygote.start(machine, mounts, kind.launch(), environment, new byte[8], nanos::get);
  }

  @AfterEach
  void end() {
    zygotes.close();
    machine.close();
    sockets.close();
    Posix.close(mounts);
  }

  private static Zygote.Kind kind(String program) {
    return Zygote.Kind.of(
        new RuntimeLaunch(
            List.of("/bin/x"),
            List.of(),
            Map.of(),
            RuntimeLaunch.Channel.FRAMES,
            Optional.of(
                new RuntimeLaunch.Waiting(
                    List.of("LANG", "LD_"), Set.of(), List.of("/usr/bin/python3", "-c", program))),
            Optional.empty()),
        ENVIRONMENT);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void oneServesAllThatStartWithTheSameVariables() {
    Zygote.Kind kind = kind(WAITS);
    assertThat(kind.startVariables()).isEqualTo(Map.of("LANG", "C.UTF-8"));
    assertThat(zygotes.find(kind)).isEmpty();
    Optional<Zygote> first = zygotes.await(kind, ENVIRONMENT);
    assertThat(first).isPresent();
    assertThat(zygotes.await(kind(WAITS), ENVIRONMENT)).isEqualTo(first);
    assertThat(zygotes.find(kind(WAITS))).isEqualTo(first);
    // A function that brings a library of its own never has it loaded by a process that is root.
    Map<String, String> hostile = Map.of("LANG", "C.UTF-8", "LD_PRELOAD", "/var/task/evil.so");
    assertThat(zygotes.find(Zygote.Kind.of(kind.launch(), hostile))).isEmpty();
    assertThat(made).hasValue(1);
  }

  @Test
  void nobodysIsEndedAfterHalfAnHour() {
    Zygote.Kind kind = kind(WAITS);
    Zygote zygote = zygotes.await(kind, ENVIRONMENT).orElseThrow();
    pass(Duration.ofMinutes(29));
    zygotes.closeUnused();
    assertThat(zygotes.find(kind)).isPresent();
    zygotes.expect(kind, ENVIRONMENT);
    pass(Duration.ofMinutes(29));
    zygotes.closeUnused();
    assertThat(zygotes.find(kind)).isPresent();
    pass(Duration.ofMinutes(2));
    zygotes.closeUnused();
    assertThat(zygotes.find(kind)).isEmpty();
    assertThat(zygote.usable()).isFalse();
    assertThat(zygotes.await(kind, ENVIRONMENT)).isPresent();
    assertThat(made).hasValue(2);
  }

  @Test
  void oneThatEndedIsMadeAnew() {
    Zygote.Kind kind = kind(WAITS);
    Zygote zygote = zygotes.await(kind, ENVIRONMENT).orElseThrow();
    Posix.kill(zygote.pid(), Posix.SIGKILL);
    assertThat(Reaping.poll(() -> !zygote.usable())).isTrue();
    assertThat(zygotes.find(kind)).isEmpty();
    assertThat(zygotes.await(kind, ENVIRONMENT)).isPresent();
  }

  @Test
  void oneThatCannotBeMadeIsNotTriedAgainAtOnce() {
    Zygote.Kind broken = kind("raise SystemExit(1)");
    assertThat(zygotes.await(broken, ENVIRONMENT)).isEmpty();
    assertThat(zygotes.await(broken, ENVIRONMENT)).isEmpty();
    assertThat(made).hasValue(1);
    pass(Duration.ofSeconds(11));
    assertThat(zygotes.await(broken, ENVIRONMENT)).isEmpty();
    assertThat(made).hasValue(2);
  }
}
