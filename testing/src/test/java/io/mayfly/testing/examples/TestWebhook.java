package io.mayfly.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.testing.Http;
import io.mayfly.testing.Mayfly;
import io.mayfly.testing.Ran;
import io.mayfly.testing.Reply;
import io.mayfly.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The receiver of webhooks, deployed with the AWS command line as its README says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestWebhook {
  private static final String NAME = "webhook";

  /** Secret, body and signature of the example in GitHub's guide to validating deliveries. */
  private static final String SECRET = "It's a Secret to Everybody";

  private static final String GITHUBS_BODY = "Hello, World!";
  private static final String GITHUBS_SIGNATURE =
      "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

  private static final JsonMapper JSON = JsonMapper.shared();

  private String url = "";

  @BeforeAll
  void deploy() {
    Path zip = Example.zip("webhook-python");
    aws(
        "create-function",
        "--runtime=" + Example.newest("python"),
        "--handler=webhook.handler",
        "--role=arn:aws:iam::000000000000:role/any",
        "--environment={\"Variables\": {\"WEBHOOK_SECRET\": \"" + SECRET + "\"}}",
        "--memory-size=1024",
        "--zip-file=fileb://" + zip);
    aws("wait", "function-active-v2");
    url =
        JSON.readTree(aws("create-function-url-config", "--auth-type=NONE").out())
            .path("FunctionUrl")
            .asString();
  }

  @AfterAll
  void delete() {
    aws("delete-function");
  }

  @Test
  void deliveriesThatGitHubSignsAreTaken() throws IOException {
    List<Path> deliveries = Samples.of("webhooks");
    assertThat(deliveries).isNotEmpty();
    for (Path file : deliveries) {
      byte[] body = Files.readAllBytes(file);
      String event = file.getFileName().toString().split("-", 2)[0];
      Reply reply = deliver(event, body, signature(body, SECRET));

      assertThat(reply.status()).as(file + ": " + reply.text()).isEqualTo(200);
      assertThat(reply.header("Content-Type")).isEqualTo("application/json");
      JsonNode answer = JSON.readTree(reply.text());
      assertThat(answer.path("event").asString()).isEqualTo(event);
      assertThat(answer.path("action").asString(""))
          .isEqualTo(JSON.readTree(body).path("action").asString(""));
    }
  }

  @Test
  void wrongSignatureIsRefused() throws IOException {
    byte[] body = Files.readAllBytes(Samples.of("webhooks").getFirst());
    byte[] altered = body.clone();
    altered[body.length / 2] ^= 1;
    String right = signature(body, SECRET);
    List<String> wrong =
        List.of(
            signature(body, "another secret"),
            signature(altered, SECRET),
            right.substring(0, right.length() - 1),
            right + "0",
            right.replace("sha256=", "sha1="),
            "",
            "é");
    for (String signature : wrong) {
      assertThat(deliver("push", body, signature).status()).as(signature).isEqualTo(401);
    }
    assertThat(deliver("push", altered, right).status()).as("an altered body").isEqualTo(401);
  }

  @Test
  void missingSignatureIsRefused() throws IOException {
    byte[] body = Files.readAllBytes(Samples.of("webhooks").getFirst());
    Reply reply = Http.request("POST", url).header("X-GitHub-Event", "push").body(body).send();
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.text()).contains("X-Hub-Signature-256");
  }

  @Test
  void signedBodyThatIsNoJsonIsRefused() {
    byte[] body = GITHUBS_BODY.getBytes(StandardCharsets.UTF_8);
    Reply reply = deliver("push", body, GITHUBS_SIGNATURE);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).contains("The body is no JSON");

    for (byte[] other : List.of(new byte[0], new byte[] {(byte) 0xFF}, new byte[] {'[', ']'})) {
      assertThat(deliver("push", other, signature(other, SECRET)).status()).isEqualTo(400);
    }
  }

  private Reply deliver(String event, byte[] body, String signature) {
    return Http.request("POST", url)
        .header("Content-Type", "application/json")
        .header("User-Agent", "GitHub-Hookshot/044aadd")
        .header("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        .header("X-GitHub-Event", event)
        .header("X-Hub-Signature-256", signature)
        .body(body)
        .send();
  }

  private static String signature(byte[] body, String secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Ran aws(String... arguments) {
    String[] command = new String[arguments.length + 3];
    command[0] = "lambda";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    command[arguments.length + 1] = "--function-name";
    command[arguments.length + 2] = NAME;
    return Tools.aws(Mayfly.shared(), command).ok();
  }
}
