package io.mayfly.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code mayfly runtimes}. */
@Command(name = "runtimes", description = "Lists the runtimes that this machine offers.")
final class RuntimesCommand implements Runnable {
  private static final String ROW = "%-18s %-12s %s%n";

  @Mixin private DataOption data = new DataOption();

  @Override
  public void run() {
    JsonNode rows;
    try (InputStream body = data.platform().get("/_mayfly/runtimes", "")) {
      rows = JsonMapper.shared().readTree(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new CliException("the answer ended early: " + e, e);
    }
    System.out.printf(ROW, "RUNTIME", "VERSION", "SERVED BY");
    for (JsonNode row : rows) {
      String interpreter = row.path("interpreter").asString();
      String alias = row.path("aliasOf").asString();
      System.out.printf(
          ROW,
          row.path("id").asString(),
          row.path("version").asString(),
          (interpreter.isEmpty() ? "the function's own bootstrap" : interpreter)
              + (alias.isEmpty() ? "" : " (as " + alias + ")"));
    }
  }
}
