package io.mayfly.server;

import io.mayfly.model.MayflyException;
import io.mayfly.store.CredentialFile;
import java.io.PrintStream;

/** What {@code mayfly up} shows once the platform serves. */
final class Announcement {
  /** The line that ends the announcement. */
  static final String END = "Stop it with ./mayfly down.";

  private final Platform platform;
  private final PrintStream out;

  Announcement(Platform platform, PrintStream out) {
    this.platform = platform;
    this.out = out;
  }

  void print() {
    CredentialFile owner = platform.owner();
    out.println("Mayfly serves at " + platform.url());
    platform.mqttUrl().ifPresent(url -> out.println("Devices publish to " + url));
    out.println();
    out.println("  export AWS_ENDPOINT_URL=" + platform.url());
    out.println("  export AWS_REGION=" + platform.own().catalog().account().region());
    out.println("  export AWS_DEFAULT_REGION=" + platform.own().catalog().account().region());
    out.println("  export AWS_ACCESS_KEY_ID=" + owner.accessKeyId());
    out.println("  export AWS_SECRET_ACCESS_KEY=" + owner.secretAccessKey());
    out.println();
    out.println("In another shell: eval \"$(./mayfly env)\"");
    out.println();
    if (platform.fresh()) {
      welcome();
    } else {
      out.printf("%d functions are deployed.%n", platform.own().catalog().list().size());
    }
  }

  private void welcome() {
    try {
      Welcome.Result result = new Welcome(platform).run();
      out.printf(
          "A first function, '%s' on %s, is deployed and has been called:%n",
          Welcome.NAME, result.runtime());
      out.println();
      out.println("  curl " + result.url());
      out.println("  " + result.answer());
      out.println();
      out.printf(
          "It was billed %d ms at 128 MB: %s US dollars at Lambda's list price, nothing here.%n",
          result.billed().toMillis(), result.cost().toPlainString());
    } catch (MayflyException e) {
      out.println("The welcome function could not run: " + e.getMessage());
    }
  }
}
