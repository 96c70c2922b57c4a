package io.mayfly.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.testing.Distribution;
import io.mayfly.testing.Http;
import io.mayfly.testing.Mayfly;
import io.mayfly.testing.Ran;
import io.mayfly.testing.Tools;
import io.mayfly.testing.Zip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that deploys with the AWS command line: first, again, and away. */
final class TestDeploy {
  private static final Mayfly MAYFLY = Mayfly.shared();

  @TempDir private Path folder;

  private static Ran run(String script, String... arguments) {
    return Tools.script(
        MAYFLY, Distribution.project().resolve("examples/deploy").resolve(script), arguments);
  }

  private String deploy(String answer) throws IOException {
    Path zip = folder.resolve("function.zip");
    Files.write(
        zip,
        new Zip()
            .file("app.py", "def handler(event, context):\n    return '%s'\n".formatted(answer))
            .bytes());
    return run(
            "deploy",
            "deployed-by-cli",
            MAYFLY.newestRuntime("python"),
            "app.handler",
            zip.toString())
        .ok()
        .out()
        .strip();
  }

  @Test
  void theScriptDeploysUpdatesAndRemoves() throws IOException {
    String url = deploy("one");
    assertThat(Http.request("GET", url).send().text()).isEqualTo("\"one\"");
    assertThat(deploy("two")).isEqualTo(url);
    assertThat(Http.request("GET", url).send().text()).isEqualTo("\"two\"");
    Ran versions =
        Tools.aws(
            MAYFLY,
            "lambda",
            "get-alias",
            "--function-name",
            "deployed-by-cli",
            "--name",
            "live",
            "--query",
            "FunctionVersion",
            "--output",
            "text");
    assertThat(versions.ok().out().strip()).isEqualTo("2");

    run("remove", "deployed-by-cli").ok();
    assertThat(Http.request("GET", url).send().status()).isEqualTo(404);
    assertThat(Tools.aws(MAYFLY, "iam", "get-role", "--role-name", "deployed-by-cli").err())
        .contains("NoSuchEntity");
  }
}
