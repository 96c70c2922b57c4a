package io.mayfly.cli;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly down}. */
@Command(name = "down", description = "Stops the platform and every instance.")
final class DownCommand implements Runnable {
  private static final int PATIENCE_SECONDS = 30;

  @Mixin private DataOption data = new DataOption();

  @Override
  public void run() {
    Optional<RunningPlatform> platform = RunningPlatform.find(data.data());
    if (platform.isEmpty()) {
      System.out.println("No platform runs on " + data.data().toAbsolutePath().normalize() + ".");
      return;
    }
    ProcessHandle process = platform.get().process();
    if (!process.destroy()) {
      throw new CliException(
          "process %d cannot be stopped; use the user that started it".formatted(process.pid()));
    }
    try {
      var _ = process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      System.out.println("Mayfly has stopped.");
    } catch (TimeoutException e) {
      throw new CliException(
          "process %d has not stopped after %d seconds; 'kill -9 %d' loses nothing"
              .formatted(process.pid(), PATIENCE_SECONDS, process.pid()),
          e);
    } catch (InterruptedException | ExecutionException e) {
      throw new CliException("waiting for process %d failed: %s".formatted(process.pid(), e), e);
    }
  }
}
