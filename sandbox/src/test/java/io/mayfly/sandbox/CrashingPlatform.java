package io.mayfly.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A platform of its own for {@link TestCrash} to kill: starts instances of several kinds, says so
 * and goes on starting more, so that it dies in the middle of a launch.
 */
final class CrashingPlatform {
  private CrashingPlatform() {}

  public static void main(String[] arguments) throws IOException {
    JailHarness jails =
        new JailHarness(
            Path.of(arguments[0]), Isolation.JAIL, JailHarness.Way.valueOf(arguments[1]));
    Instance idle = jails.python("handler = lambda event: event").ready();
    JailHarness.Function bomb =
        jails.python(
            """
            import os
            def handler(event):
              while True:
                try:
                  os.fork()
                except OSError:
                  if event: os.write(1, b"full\\n"); event = False
            """);
    Instance forking = bomb.memory(1769).ready();
    Thread.ofPlatform().start(() -> JailHarness.invoke(forking, "true", Duration.ofMinutes(10)));
    while (!bomb.logs.text().contains("full")) {
      Thread.onSpinWait();
    }
    List<Instance> kept = List.of(idle, forking);
    System.out.println("running " + kept.size());
    System.out.flush();
    while (idle.usable()) {
      jails.python("handler = lambda event: event").start().stop();
      jails.shell("exec sleep 1000").start().stop();
      jails.python("handler = lambda event: event").start();
      jails.shell("exec sleep 1000").start();
    }
  }
}
