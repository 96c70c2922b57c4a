package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Key pairs beside the owner's, each of an account, by the command line and boto3. */
final class TestKeys {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final byte[] NOTHING = {};

  private record Pair(String id, String secret) {}

  private static final Pattern EXPORTS =
      Pattern.compile(
          "export AWS_ACCESS_KEY_ID='(AKIA[A-Z2-7]{16})'\\s"
              + "export AWS_SECRET_ACCESS_KEY='([A-Za-z0-9+/]{40})'");

  private static Pair create(Mayfly mayfly, String... options) {
    String[] arguments =
        Stream.concat(Stream.of("keys", "create"), Stream.of(options)).toArray(String[]::new);
    String out = Distribution.cli(mayfly, arguments).ok().out();
    Matcher exports = EXPORTS.matcher(out);
    assertThat(exports.find()).as(out).isTrue();
    return new Pair(exports.group(1), exports.group(2));
  }

  /** Two accounts do the same things, and see nothing of each other. */
  private static final String TWO_ACCOUNTS =
      """
      import boto3, botocore, io, json, sys, urllib.request, zipfile

      def account(name, key=None, secret=None, token=None):
          session = boto3.Session(key, secret, token)
          assert session.client("sts").get_caller_identity()["Account"] == name
          return session

      def zipped(text):
          bytes = io.BytesIO()
          with zipfile.ZipFile(bytes, "w") as zip:
              zip.writestr("app.py", text)
          return bytes.getvalue()

      def refused(call, code, **arguments):
          try:
              call(**arguments)
          except botocore.exceptions.ClientError as refusal:
              assert refusal.response["Error"]["Code"] == code, refusal
          else:
              raise AssertionError(code)

      runtime, key, secret = sys.argv[1:]
      own = account("000000000000")
      other = account("222222222222", key, secret)
      for session, name in (own, "000000000000"), (other, "222222222222"):
          functions = session.client("lambda")
          made = functions.create_function(
              FunctionName="in-two", Runtime=runtime, Handler="app.handler",
              Role=f"arn:aws:iam::{name}:role/any",
              Environment={"Variables": {"WHOSE": name}},
              Code={"ZipFile": zipped(
                  "import os\\n"
                  "def handler(event, context):\\n"
                  "    print('of', os.environ['WHOSE'])\\n"
                  "    return {'arn': context.invoked_function_arn, 'key': os.environ['AWS_ACCESS_KEY_ID'],"
                  " 'secret': os.environ['AWS_SECRET_ACCESS_KEY'], 'token': os.environ['AWS_SESSION_TOKEN']}\\n")})
          assert made["FunctionArn"] == f"arn:aws:lambda:us-east-1:{name}:function:in-two", made
          functions.get_waiter("function_active_v2").wait(FunctionName="in-two")
          called = functions.invoke(FunctionName="in-two", LogType="Tail")
          answer = json.loads(called["Payload"].read())
          assert answer["arn"] == made["FunctionArn"], answer
          # A handler's keys are a session of its own account.
          account(name, answer["key"], answer["secret"], answer["token"])
          url = functions.create_function_url_config(FunctionName="in-two", AuthType="NONE")["FunctionUrl"]
          host, port = url.removeprefix("http://").rstrip("/").split(":")
          request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": f"{host}:{port}"})
          assert json.loads(urllib.request.urlopen(request).read())["arn"] == made["FunctionArn"]
          location = functions.get_function(FunctionName="in-two")["Code"]["Location"]
          assert zipfile.ZipFile(io.BytesIO(urllib.request.urlopen(location).read())).namelist() == ["app.py"]
          logged = session.client("logs").filter_log_events(logGroupName="/aws/lambda/in-two", filterPattern="of")
          assert {event["message"] for event in logged["events"]} == {f"of {name}\\n"}, logged
          session.client("iam").create_role(RoleName="of-two", AssumeRolePolicyDocument=json.dumps(
              {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": {"AWS": f"arn:aws:iam::{name}:root"}}]}))

      functions = other.client("lambda")
      assert [f["FunctionName"] for f in functions.list_functions()["Functions"]] == ["in-two"]
      own_arn = "arn:aws:lambda:us-east-1:000000000000:function:in-two"
      refused(functions.invoke, "ResourceNotFoundException", FunctionName=own_arn)
      refused(functions.get_function, "ResourceNotFoundException", FunctionName=own_arn)
      refused(other.client("sts").assume_role, "AccessDenied", RoleArn="arn:aws:iam::000000000000:role/of-two", RoleSessionName="me")
      functions.delete_function(FunctionName="in-two")
      other.client("iam").delete_role(RoleName="of-two")
      assert own.client("lambda").get_function(FunctionName="in-two")
      own.client("lambda").delete_function(FunctionName="in-two")
      own.client("iam").delete_role(RoleName="of-two")
      """;

  @Test
  void accountsSeeNothingOfEachOther() {
    Pair pair = create(MAYFLY, "--account", "222222222222", "--description", "for ci");

    Tools.python(MAYFLY, TWO_ACCOUNTS, MAYFLY.newestRuntime("python"), pair.id(), pair.secret())
        .ok();
    assertThat(Distribution.cli(MAYFLY, "keys").ok().out())
        .contains(MAYFLY.accessKey() + "  000000000000  active")
        .containsPattern(pair.id() + "  222222222222  active +[0-9T:-]+Z +for ci");
    Distribution.cli(MAYFLY, "keys", "delete", pair.id()).ok();
  }

  private static final String ACCESS_KEYS =
      """
      import boto3, botocore
      iam = boto3.client("iam")
      made = iam.create_access_key()["AccessKey"]
      assert made["Status"] == "Active" and made["AccessKeyId"].startswith("AKIA"), made
      mine = boto3.Session(made["AccessKeyId"], made["SecretAccessKey"])
      assert mine.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::000000000000:root"
      assert made["AccessKeyId"] in [k["AccessKeyId"] for k in iam.list_access_keys()["AccessKeyMetadata"]]
      def refused(call, code, **arguments):
          try:
              call(**arguments)
          except botocore.exceptions.ClientError as refusal:
              assert refusal.response["Error"]["Code"] == code, refusal
          else:
              raise AssertionError(code)
      iam.update_access_key(AccessKeyId=made["AccessKeyId"], Status="Inactive")
      refused(mine.client("lambda").list_functions, "UnrecognizedClientException")
      iam.update_access_key(AccessKeyId=made["AccessKeyId"], Status="Active")
      mine.client("lambda").list_functions()
      iam.delete_access_key(AccessKeyId=made["AccessKeyId"])
      refused(mine.client("lambda").list_functions, "UnrecognizedClientException")
      refused(iam.delete_access_key, "NoSuchEntity", AccessKeyId=made["AccessKeyId"])
      refused(iam.create_access_key, "NoSuchEntity", UserName="nobody")
      own = boto3.Session().get_credentials().access_key
      refused(iam.delete_access_key, "InvalidInput", AccessKeyId=own)
      """;

  @Test
  void iamMakesAndEndsAccessKeysOfTheAccount() {
    Tools.python(MAYFLY, ACCESS_KEYS).ok();
  }

  @Test
  void keysAndAccountsOutliveAKillAndNoSecretIsOnTheDisk() throws IOException {
    try (Mayfly mayfly = Mayfly.start()) {
      Pair pair = create(mayfly, "--account", "333333333333");
      Signing signing = new Signing(pair.id(), pair.secret());
      String role = "arn:aws:iam::333333333333:role/any";
      byte[] create =
          """
          {"FunctionName": "kept", "Runtime": "provided.al2023", "Handler": "x", "Role": "%s",
           "Code": {"ZipFile": "%s"}}
          """
              .formatted(
                  role, java.util.Base64.getEncoder().encodeToString(Custom.program("#!/bin/sh\n")))
              .getBytes(StandardCharsets.UTF_8);
      String functions = "/2015-03-31/functions";
      assertThat(signing.request("POST", mayfly.endpoint() + functions, create).send().status())
          .isEqualTo(201);

      mayfly.kill9();
      mayfly.restart();

      Reply list = signing.request("GET", mayfly.endpoint() + functions, NOTHING).send();
      assertThat(list.text()).contains("arn:aws:lambda:us-east-1:333333333333:function:kept");
      assertThat(
              Signing.of(mayfly)
                  .request("GET", mayfly.endpoint() + functions, NOTHING)
                  .send()
                  .text())
          .doesNotContain("kept");
      try (Stream<Path> files = Files.walk(mayfly.data())) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
              .as(file.toString())
              .doesNotContain(pair.secret());
        }
      }
      Distribution.cli(mayfly, "keys", "disable", pair.id()).ok();
      assertThat(signing.request("GET", mayfly.endpoint() + functions, NOTHING).send().status())
          .isEqualTo(403);
      Distribution.cli(mayfly, "keys", "enable", pair.id()).ok();
      assertThat(signing.request("GET", mayfly.endpoint() + functions, NOTHING).send().status())
          .isEqualTo(200);
    }
  }

  @Test
  void onlyTheOwnerSeesAndChangesKeys() {
    Pair pair = create(MAYFLY, "--account", "222222222222");
    for (List<String> each :
        List.of(
            List.of("GET", "/_mayfly/keys"),
            List.of("POST", "/_mayfly/keys?account=000000000000"),
            List.of("DELETE", "/_mayfly/keys/" + pair.id()))) {
      Reply reply =
          new Signing(pair.id(), pair.secret())
              .service("mayfly")
              .request(each.get(0), MAYFLY.endpoint() + each.get(1), NOTHING)
              .send();
      assertThat(reply.status()).as(each.toString()).isEqualTo(403);
    }
    Distribution.cli(MAYFLY, "keys", "delete", pair.id()).ok();
  }

  @Test
  void whatCannotBeDoneIsSaid() {
    assertThat(Distribution.cli(MAYFLY, "keys", "create", "--account", "12").err())
        .contains("An account is twelve digits");
    assertThat(Distribution.cli(MAYFLY, "keys", "delete", "AKIAIOSFODNN7EXAMPLE").err())
        .contains("cannot be found");
    assertThat(Distribution.cli(MAYFLY, "keys", "delete", "../x").err())
        .contains("'../x' is no access key id");
    assertThat(Distribution.cli(MAYFLY, "keys", "disable", MAYFLY.accessKey()).err())
        .contains("The owner's own key is not kept here");
    assertThat(Distribution.cli(MAYFLY, "keys", "create", "--description", "x".repeat(257)).err())
        .contains("at most 256 characters");
  }
}
