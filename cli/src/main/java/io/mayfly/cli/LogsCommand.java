package io.mayfly.cli;

import java.io.IOException;
import java.io.InputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly logs}. */
@Command(name = "logs", description = "Prints what a function has logged.")
final class LogsCommand implements Runnable {
  private static final int BUFFER_BYTES = 16 * 1024;

  @Mixin private DataOption data = new DataOption();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what comes, until interrupted.")
  private boolean follow;

  @Parameters(paramLabel = "NAME", description = "The function.")
  private String name = "";

  @Override
  public void run() {
    if (!name.matches("[A-Za-z0-9-_]{1,64}")) {
      throw new CliException("'%s' is no function name".formatted(name));
    }
    try (InputStream body =
        data.platform().get("/_mayfly/logs/" + name, follow ? "follow=true" : "")) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        System.out.write(buffer, 0, read);
        if (System.out.checkError()) {
          // Whoever read this has gone, as in 'logs -f NAME | head'.
          return;
        }
      }
    } catch (IOException e) {
      throw new CliException("the platform closed the connection: " + e.getMessage(), e);
    }
  }
}
