package io.mayfly.server;

import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The platform's process: starts everything, says where it is, serves until it is told to stop. */
@Command(
    name = "mayfly up",
    description = "Starts the platform and prints how to reach it.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = "  --foreground         Stay in the foreground, for service managers and containers.")
public final class Main implements Callable<Integer> {
  @Mixin private ServerOptions options = new ServerOptions();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    // In the background, the command that started this process shows what comes through this pipe.
    String pipe = System.getenv("MAYFLY_ANNOUNCE");
    if (pipe == null) {
      return serve(System.out);
    }
    try (PrintStream announce =
        new PrintStream(Files.newOutputStream(Path.of(pipe)), true, StandardCharsets.UTF_8)) {
      return serve(announce);
    }
  }

  private int serve(PrintStream announce) throws InterruptedException {
    Path home = Path.of(System.getProperty("mayfly.home", "."));
    Platform platform;
    try {
      options.check(System.getenv());
      platform = new Platform(options, home.resolve("guest"));
    } catch (MayflyException e) {
      announce.println("mayfly: " + e.getMessage());
      return 1;
    }
    CountDownLatch stopped = stopOnSignal(platform);
    new Announcement(platform, announce).print();
    announce.println(Announcement.END);
    if (!Boolean.getBoolean("mayfly.train")) {
      stopped.await();
    }
    return 0;
  }

  /**
   * SIGTERM and SIGINT run shutdown hooks; the process ends when this one has closed everything.
   */
  private static CountDownLatch stopOnSignal(Platform platform) {
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("mayfly-stop")
                .unstarted(
                    () -> {
                      platform.close();
                      stopped.countDown();
                    }));
    return stopped;
  }
}
