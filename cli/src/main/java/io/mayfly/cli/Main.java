package io.mayfly.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The verbs of {@code mayfly} that talk to a running platform. */
@Command(
    name = "mayfly",
    description = "The serverless platform you own.",
    mixinStandardHelpOptions = true,
    version = "mayfly 0.1.0",
    sortOptions = false,
    subcommands = {
      EnvCommand.class,
      RuntimesCommand.class,
      LogsCommand.class,
      WhyCommand.class,
      EventsCommand.class,
      KeysCommand.class,
      MqttCommand.class,
      DownCommand.class
    })
public final class Main {
  public static void main(String[] arguments) {
    CommandLine command = new CommandLine(new Main());
    command.setExecutionExceptionHandler(
        (failure, line, result) -> {
          if (failure instanceof CliException) {
            line.getErr().println("mayfly: " + failure.getMessage());
            return 1;
          }
          throw failure;
        });
    System.exit(command.execute(arguments));
  }
}
