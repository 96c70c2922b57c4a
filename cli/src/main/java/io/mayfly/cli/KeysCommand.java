package io.mayfly.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code mayfly keys}. */
@Command(
    name = "keys",
    description = {
      "Lists the platform's key pairs; its commands make, disable and remove them.",
      "A key pair is the owner's of one account: what it makes is seen by keys of that account"
          + " alone. The pair of the platform's own owner is in the data directory's file"
          + " 'credentials'."
    },
    subcommands = {
      KeysCommand.Create.class,
      KeysCommand.Disable.class,
      KeysCommand.Enable.class,
      KeysCommand.Delete.class
    })
final class KeysCommand implements Runnable {
  private static final String PATH = "/_mayfly/keys";
  private static final String ROW = "%-20s  %-12s  %-8s  %-20s  %s%n";

  @Mixin private DataOption data = new DataOption();

  @Override
  public void run() {
    RunningPlatform platform = data.platform();
    JsonNode rows = ask(platform, "GET", PATH, "");
    System.out.printf(ROW, "ACCESS KEY", "ACCOUNT", "STATE", "CREATED", "DESCRIPTION");
    System.out.printf(
        ROW, platform.accessKeyId(), platform.account(), "active", "", "the platform's owner");
    for (JsonNode row : rows) {
      System.out.printf(
          ROW,
          row.path("accessKeyId").asString(),
          row.path("account").asString(),
          row.path("active").asBoolean() ? "active" : "disabled",
          row.path("created").asString().replaceAll("\\.[0-9]+Z", "Z"),
          row.path("description").asString());
    }
  }

  private static JsonNode ask(RunningPlatform platform, String method, String path, String query) {
    try (InputStream body = platform.send(method, path, query)) {
      return JsonMapper.shared().readTree(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new CliException("the answer ended early: " + e, e);
    }
  }

  private static String path(String accessKeyId) {
    if (!accessKeyId.matches("\\w{1,128}")) {
      throw new CliException("'%s' is no access key id; see ./mayfly keys".formatted(accessKeyId));
    }
    return PATH + "/" + accessKeyId;
  }

  @Command(
      name = "create",
      description = "Makes a key pair and prints it as exports. Its secret is not shown again.")
  static final class Create implements Runnable {
    @Mixin private DataOption data = new DataOption();

    @Option(
        names = "--account",
        paramLabel = "ID",
        description = "Twelve digits: the account it is a key of (default: your own).")
    private String account = "";

    @Option(
        names = "--description",
        paramLabel = "TEXT",
        description = "What the list of keys shows beside it.")
    private String description = "";

    @Override
    public void run() {
      JsonNode made =
          ask(
              data.platform(),
              "POST",
              PATH,
              "account=" + encoded(account) + "&description=" + encoded(description));
      System.out.println("# a key of account " + made.path("account").asString());
      System.out.printf("export AWS_ACCESS_KEY_ID='%s'%n", made.path("accessKeyId").asString());
      System.out.printf(
          "export AWS_SECRET_ACCESS_KEY='%s'%n", made.path("secretAccessKey").asString());
      System.out.println("unset AWS_SESSION_TOKEN AWS_PROFILE");
    }

    private static String encoded(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
  }

  @Command(name = "disable", description = "Has a key pair refused until it is enabled again.")
  static final class Disable implements Runnable {
    @Mixin private DataOption data = new DataOption();

    @Parameters(paramLabel = "ACCESS-KEY", description = "Its id.")
    private String accessKeyId = "";

    @Override
    public void run() {
      ask(data.platform(), "POST", path(accessKeyId), "active=false");
      System.out.println(accessKeyId + " is disabled.");
    }
  }

  @Command(name = "enable", description = "Has a key pair accepted again.")
  static final class Enable implements Runnable {
    @Mixin private DataOption data = new DataOption();

    @Parameters(paramLabel = "ACCESS-KEY", description = "Its id.")
    private String accessKeyId = "";

    @Override
    public void run() {
      ask(data.platform(), "POST", path(accessKeyId), "active=true");
      System.out.println(accessKeyId + " is enabled.");
    }
  }

  @Command(
      name = "delete",
      description = "Removes a key pair for good. What its account has stays.")
  static final class Delete implements Runnable {
    @Mixin private DataOption data = new DataOption();

    @Parameters(paramLabel = "ACCESS-KEY", description = "Its id.")
    private String accessKeyId = "";

    @Override
    public void run() {
      ask(data.platform(), "DELETE", path(accessKeyId), "");
      System.out.println(accessKeyId + " is removed.");
    }
  }
}
