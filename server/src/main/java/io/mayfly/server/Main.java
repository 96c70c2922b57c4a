package io.mayfly.server;

import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The platform's process: starts everything, says where it is, serves until it is told to stop. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> options = List.of(arguments);
    if (options.contains("--help") || options.contains("-h")) {
      help(System.out);
      return;
    }
    // In the background, the command that started this process shows what comes through this pipe.
    String pipe = System.getenv("MAYFLY_ANNOUNCE");
    if (pipe == null) {
      System.exit(serve(options, System.out));
    }
    int status;
    try (PrintStream announce =
        new PrintStream(Files.newOutputStream(Path.of(pipe)), true, StandardCharsets.UTF_8)) {
      status = serve(options, announce);
    }
    System.exit(status);
  }

  private static int serve(List<String> options, PrintStream announce) throws InterruptedException {
    Path guestHome = Path.of(System.getProperty("mayfly.home", ".")).resolve("guest");
    try {
      if (Boolean.getBoolean("mayfly.train")) {
        train(options, guestHome, announce);
        return 0;
      }
      Platform platform = start(options, guestHome, announce);
      CountDownLatch stopped = stopOnSignal(platform);
      announce.println(Announcement.END);
      stopped.await();
      return 0;
    } catch (MayflyException e) {
      announce.println("mayfly: " + e.getMessage());
      return 1;
    }
  }

  private static Platform start(List<String> options, Path guestHome, PrintStream announce) {
    Platform platform = new Platform(ServerOptions.of(options, System.getenv()), guestHome);
    new Announcement(platform, announce).print();
    return platform;
  }

  /**
   * Starts for the sake of later starts: once on an empty data directory, where the first function
   * is deployed and called, and once where there is one; also makes the guests' own caches.
   */
  private static void train(List<String> options, Path guestHome, PrintStream announce) {
    try (Platform first = start(options, guestHome, announce)) {
      first.runtimes().prepare().forEach(announce::println);
    }
    start(options, guestHome, announce).close();
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

  private static void help(PrintStream out) {
    out.println("Usage: mayfly up [--foreground] [OPTION VALUE]...");
    out.println("Starts the platform and prints how to reach it.");
    out.println();
    out.println("  --foreground");
    out.println("      Stay in the foreground, for service managers and containers.");
    for (Setting setting : Setting.values()) {
      out.printf("  %s %s (%s)%n", setting.option(), setting.parameter(), setting.variable());
      out.println("      " + setting.help());
    }
  }
}
