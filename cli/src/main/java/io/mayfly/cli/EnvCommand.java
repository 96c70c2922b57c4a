package io.mayfly.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly env}. */
@Command(
    name = "env",
    description = "Prints the exports that point AWS clients here: eval \"$(./mayfly env)\".")
final class EnvCommand implements Runnable {
  @Mixin private DataOption data = new DataOption();

  @Override
  public void run() {
    RunningPlatform platform = data.platform();
    export("AWS_ENDPOINT_URL", platform.url());
    export("AWS_REGION", platform.region());
    export("AWS_DEFAULT_REGION", platform.region());
    export("AWS_ACCESS_KEY_ID", platform.accessKeyId());
    export("AWS_SECRET_ACCESS_KEY", platform.secretAccessKey());
    // A session token left from another account would make every signature wrong.
    System.out.println("unset AWS_SESSION_TOKEN AWS_PROFILE");
  }

  private static void export(String name, String value) {
    System.out.printf("export %s='%s'%n", name, value.replace("'", "'\\''"));
  }
}
