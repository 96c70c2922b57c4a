package io.mayfly.sandbox;

import static io.mayfly.sandbox.JailHarness.answer;
import static io.mayfly.sandbox.JailHarness.invoke;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile handlers that try to get out, to get at others, or to get more rights. */
class TestJailSecurity extends JailedTest {
  /** Evaluates the event as Python, and answers the result or the name of the error. */
  private static final String EVALUATE =
      """
      import ctypes, errno, os, signal, socket, subprocess
      libc = ctypes.CDLL(None, use_errno=True)
      def call(number, *arguments):
        result = libc.syscall(number, *arguments)
        return errno.errorcode[ctypes.get_errno()] if result < 0 else result
      def handler(event):
        try:
          return eval(event)
        except OSError as problem:
          return errno.errorcode.get(problem.errno, str(problem))
      """;

  private Optional<Instance> shared = Optional.empty();

  /** One instance serves all tests that do not end it. */
  final String evaluate(String expression) {
    Instance instance =
        shared
            .filter(Instance::usable)
            .orElseGet(() -> jails.python(EVALUATE).memory(1769).ready());
    shared = Optional.of(instance);
    String event = "\"" + expression.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    return answer(invoke(instance, event)).replace("\"", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/root", "/home", "/etc/shadow", "/sys", "/run/systemd", "/mnt", "/srv"})
  void hostsFilesAreNotThere(String path) {
    assertThat(evaluate("os.stat('" + path + "')")).isEqualTo("ENOENT");
  }

  @Test
  void dataDirectoryIsNotThere() {
    assertThat(evaluate("os.listdir('" + data + "')")).isEqualTo("ENOENT");
  }

  @Test
  void nothingIsWritableButTmp() {
    String everything =
        "subprocess.run('find / -xdev -writable -not -type l; find /var /usr /etc /run /dev"
            + " -writable -not -type l', shell=True, capture_output=True, text=True).stdout";
    assertThat(evaluate(everything).split("\\\\n"))
        .allMatch(
            path ->
                path.isEmpty()
                    || path.matches(
                        "/tmp|/run/mayfly/socket|/dev/(null|zero|full|random|urandom|tty|pts/ptmx|ptmx)"));
    assertThat(evaluate("open('/var/task/app.py', 'a')")).isIn("EROFS", "EACCES");
    assertThat(evaluate("open('/usr/bin/env', 'a')")).isIn("EROFS", "EACCES");
    assertThat(evaluate("open('/tmp/x', 'w').write('fine')")).isEqualTo("4");
  }

  @Test
  void layersAreReadOnly() {
    JailHarness.Function function =
        jails
            .python(
                """
                def handler(event):
                    try:
                        open("/opt/new", "w")
                    except OSError as refused:
                        return refused.strerror + ", " + open("/opt/shared").read()
                """)
            .layer("shared", "of a layer");
    Instance instance = function.ready();
    assertThat(answer(invoke(instance, "1"))).contains("Read-only file system, of a layer");
    instance.stop();
  }

  @Test
  void hostsLoopbackIsOutOfReach() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThat(
              evaluate("socket.create_connection(('127.0.0.1', " + server.getLocalPort() + "), 2)"))
          .isEqualTo("ECONNREFUSED");
    }
  }

  @Test
  void thereIsNoNetworkBeyondLoopback() {
    assertThat(evaluate("socket.create_connection(('192.0.2.1', 80), 2)")).isEqualTo("ENETUNREACH");
    assertThat(evaluate("[name for index, name in socket.if_nameindex()]")).isEqualTo("[lo]");
  }

  @Test
  void runtimeApiOfAnotherInstanceIsOutOfReach() {
    Instance idle = jails.python(EVALUATE).ready();
    String own = evaluate("open('/proc/self/net/tcp').read().count(':2329 ')");
    // Only this instance's own listener and connections, none of its neighbour's.
    assertThat(Integer.parseInt(own)).isBetween(1, 3);
    assertThat(idle.usable()).isTrue();
  }

  @Test
  void thereAreOnlyTheJailsOwnProcesses() {
    assertThat(evaluate("[name for name in os.listdir('/proc') if name.isdigit()]"))
        .isEqualTo("[1, 2]");
    assertThat(evaluate("os.kill(" + ProcessHandle.current().pid() + ", 0)")).isEqualTo("ESRCH");
    assertThat(evaluate("os.kill(1, signal.SIGKILL)")).isEqualTo("EPERM");
  }

  @Test
  void environmentOfTheJailsFirstProcessIsHidden() {
    assertThat(evaluate("open('/proc/1/environ').read()")).isEqualTo("EACCES");
    assertThat(evaluate("os.listdir('/proc/1/root')")).isEqualTo("EACCES");
  }

  @Test
  void userIsAnOrdinaryOneWithoutRights() {
    assertThat(evaluate("[os.getuid() >= 1000000, os.getgid() >= 1000000, os.getgroups()]"))
        .isEqualTo("[true, true, []]");
    assertThat(evaluate("__import__('pwd').getpwuid(os.getuid()).pw_name"))
        .isEqualTo("sbx_user1051");
    assertThat(
            evaluate(
                "[line.split()[1] for line in open('/proc/self/status')"
                    + " if line.startswith(('Cap', 'NoNewPrivs', 'Seccomp:'))]"))
        .isEqualTo(
            "[0000000000000000, 0000000000000000, 0000000000000000, 0000000000000000,"
                + " 0000000000000000, 1, 2]");
  }

  @Test
  void programsThatSetTheirUserGainNothing() {
    assertThat(
            evaluate(
                "subprocess.run(['su', '-c', 'id'], capture_output=True, stdin=-3).returncode"))
        .isNotEqualTo("0");
    assertThat(evaluate("os.setuid(0)")).isEqualTo("EPERM");
  }

  @Test
  void libraryNamedInTheEnvironmentIsNotLoadedBeforeRootIsGivenUp() {
    JailHarness.Function function =
        jails.python(EVALUATE).variable("LD_PRELOAD", "/var/task/evil.so");
    Instance instance = function.ready();
    assertThat(answer(invoke(instance, "\"1\""))).isEqualTo("1");
    // The loader complains once for the runtime itself and for nothing that ran before it.
    assertThat(function.logs.text().split("evil.so", -1)).hasSize(2);
  }

  @Test
  void hostileSystemCallsAreRefused() {
    StringBuilder refused = new StringBuilder();
    boolean amd64 = SeccompFilter.Processor.current() == SeccompFilter.Processor.AMD64;
    for (SystemCall call : SystemCall.REFUSED) {
      int number = amd64 ? call.amd64() : call.aarch64();
      if (number != SystemCall.NONE) {
        refused.append("call(").append(number).append(", 0, 0, 0, 0, 0), ");
      }
    }
    assertThat(evaluate("sorted(set([" + refused + "]))")).isEqualTo("[EPERM]");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80})
  void newNamespacesAreRefused(int flag) {
    assertThat(evaluate("call(" + number(SystemCall.UNSHARE) + ", " + flag + ")"))
        .isEqualTo("EPERM");
    if (flag != 0x80) {
      assertThat(evaluate("call(" + number(SystemCall.CLONE) + ", " + flag + " | 17, 0, 0, 0, 0)"))
          .isEqualTo("EPERM");
    }
  }

  @Test
  void unknownCallsDoNotExist() {
    assertThat(evaluate("[call(435, 0, 0), call(463), call(600), call(5000)]"))
        .isEqualTo("[ENOSYS, ENOSYS, ENOSYS, ENOSYS]");
  }

  @Test
  void callsOfForeignProcessorModesKill() {
    Instance instance = jails.python(EVALUATE).ready();
    assertThat(invoke(instance, "\"call(0x40000000 + 39)\""))
        .isEqualTo(new io.mayfly.model.Outcome.Exited(31, true));
  }

  @Test
  void terminalInputCannotBeForged() {
    assertThat(evaluate("call(" + number(SystemCall.IOCTL) + ", 0, 0x5412, 0)")).isEqualTo("EPERM");
    assertThat(evaluate("call(" + number(SystemCall.IOCTL) + ", 0, 0x5401, 0)"))
        .isEqualTo("ENOTTY");
  }

  @Test
  void onlyUsualSocketFamiliesExist() {
    assertThat(
            evaluate(
                "[call("
                    + number(SystemCall.SOCKET)
                    + ", family, 2, 0) if family in (17, 40, 38, 16, 31)"
                    + " else socket.socket(family).family for family in (1, 2, 10, 17, 40, 38, 31)]"))
        .isEqualTo("[1, 2, 10, EAFNOSUPPORT, EAFNOSUPPORT, EAFNOSUPPORT, EAFNOSUPPORT]");
    assertThat(evaluate("call(" + number(SystemCall.SOCKET) + ", 16, 3, 9)"))
        .isEqualTo("EAFNOSUPPORT");
  }

  private static int number(SystemCall call) {
    return SeccompFilter.Processor.current() == SeccompFilter.Processor.AMD64
        ? call.amd64()
        : call.aarch64();
  }

  @Test
  void descriptorsOfThePlatformDoNotLeakIn() {
    assertThat(
            evaluate(
                "sorted(os.readlink('/proc/self/fd/' + each).split(':')[0]"
                    + " for each in os.listdir('/proc/self/fd')[:-1])"))
        .isEqualTo("[/dev/null, pipe, pipe, socket]");
  }

  @Test
  void scratchDisksOfOthersAreOutOfSight() throws IOException {
    Instance other = jails.python(EVALUATE).ready();
    assertThat(answer(invoke(other, "\"open('/tmp/secret', 'w').write('x')\""))).isEqualTo("1");
    assertThat(evaluate("os.path.exists('/tmp/secret')")).isEqualTo("false");
    try (var images = Files.list(data.resolve("scratch"))) {
      assertThat(images).isEmpty();
    }
    assertThat(Path.of("/proc/self/mounts")).content().doesNotContain("scratch");
  }
}
