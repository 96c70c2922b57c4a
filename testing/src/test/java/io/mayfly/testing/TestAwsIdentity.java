package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Roles, policies and sessions, with the AWS command line and boto3. */
final class TestAwsIdentity {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final String TRUSTS_LAMBDA = trust("\"Service\":\"lambda.amazonaws.com\"");
  private static final String TRUSTS_ACCOUNT = trust("\"AWS\":\"000000000000\"");
  private static final String READ =
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"lambda:List*\",\"mayfly:Look\"],\"Resource\":\"*\"}]}";

  private static String trust(String principal) {
    return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
        + principal
        + "},\"Action\":\"sts:AssumeRole\"}]}";
  }

  private static JsonNode json(String... arguments) {
    return Json.of(Tools.aws(MAYFLY, arguments).ok().out());
  }

  private static void run(String... arguments) {
    Tools.aws(MAYFLY, arguments).ok();
  }

  private static String refusal(String... arguments) {
    Ran ran = Tools.aws(MAYFLY, arguments);
    assertThat(ran.status()).isNotZero();
    return ran.err();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asString()));
    return texts;
  }

  @Test
  void rolesAreMadeShownChangedAndDeletedAsDeploymentToolsDo() {
    JsonNode made =
        json(
            "iam",
            "create-role",
            "--role-name",
            "deployed",
            "--assume-role-policy-document",
            TRUSTS_LAMBDA,
            "--description",
            "a role",
            "--tags",
            "Key=team,Value=a b");
    assertThat(made.at("/Role/Arn").asString())
        .isEqualTo("arn:aws:iam::000000000000:role/deployed");
    assertThat(made.at("/Role/RoleId").asString()).matches("AROA[A-Z2-7]{17}");
    assertThat(
            refusal(
                "iam",
                "create-role",
                "--role-name",
                "Deployed",
                "--assume-role-policy-document",
                TRUSTS_LAMBDA))
        .contains("EntityAlreadyExists", "Role with name Deployed already exists.");
    assertThat(
            refusal(
                "iam", "create-role", "--role-name", "bad", "--assume-role-policy-document", READ))
        .contains("MalformedPolicyDocument");

    String basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    run("iam", "attach-role-policy", "--role-name", "deployed", "--policy-arn", basic);
    run(
        "iam",
        "put-role-policy",
        "--role-name",
        "deployed",
        "--policy-name",
        "own",
        "--policy-document",
        READ);
    run("iam", "wait", "role-exists", "--role-name", "deployed");
    JsonNode shown = json("iam", "get-role", "--role-name", "deployed");
    assertThat(shown.at("/Role/AssumeRolePolicyDocument")).isEqualTo(Json.of(TRUSTS_LAMBDA));
    assertThat(shown.at("/Role/Description").asString()).isEqualTo("a role");
    assertThat(shown.at("/Role/Tags/0/Value").asString()).isEqualTo("a b");
    assertThat(
            json("iam", "get-role-policy", "--role-name", "deployed", "--policy-name", "own")
                .path("PolicyDocument"))
        .isEqualTo(Json.of(READ));
    assertThat(
            texts(
                json(
                    "iam",
                    "list-attached-role-policies",
                    "--role-name",
                    "deployed",
                    "--query",
                    "AttachedPolicies[].PolicyArn")))
        .containsExactly(basic);
    assertThat(
            texts(
                json(
                    "iam",
                    "list-role-policies",
                    "--role-name",
                    "deployed",
                    "--query",
                    "PolicyNames")))
        .containsExactly("own");
    assertThat(texts(json("iam", "list-roles", "--query", "Roles[].RoleName")))
        .contains("deployed");
    assertThat(refusal("iam", "delete-role", "--role-name", "deployed"))
        .contains("DeleteConflict", "must detach all policies first");

    run("iam", "detach-role-policy", "--role-name", "deployed", "--policy-arn", basic);
    run("iam", "delete-role-policy", "--role-name", "deployed", "--policy-name", "own");
    run("iam", "delete-role", "--role-name", "deployed");
    assertThat(refusal("iam", "get-role", "--role-name", "deployed"))
        .contains("NoSuchEntity", "The role with name deployed cannot be found.");
  }

  @Test
  void policiesHaveVersions() {
    JsonNode made =
        json("iam", "create-policy", "--policy-name", "shared", "--policy-document", READ);
    String arn = made.at("/Policy/Arn").asString();
    assertThat(arn).isEqualTo("arn:aws:iam::000000000000:policy/shared");
    run("iam", "wait", "policy-exists", "--policy-arn", arn);
    run(
        "iam",
        "create-policy-version",
        "--policy-arn",
        arn,
        "--policy-document",
        READ.replace("List", "Get"),
        "--set-as-default");
    assertThat(
            json("iam", "get-policy", "--policy-arn", arn)
                .at("/Policy/DefaultVersionId")
                .asString())
        .isEqualTo("v2");
    assertThat(
            json("iam", "get-policy-version", "--policy-arn", arn, "--version-id", "v1")
                .at("/PolicyVersion/Document"))
        .isEqualTo(Json.of(READ));
    assertThat(
            texts(
                json(
                    "iam",
                    "list-policies",
                    "--scope",
                    "Local",
                    "--query",
                    "Policies[].PolicyName")))
        .contains("shared");
    assertThat(refusal("iam", "delete-policy", "--policy-arn", arn)).contains("DeleteConflict");
    run("iam", "delete-policy-version", "--policy-arn", arn, "--version-id", "v1");
    run("iam", "delete-policy", "--policy-arn", arn);
    assertThat(refusal("iam", "get-policy", "--policy-arn", arn)).contains("NoSuchEntity");
  }

  /** What a program with a session's keys prints. */
  private static final String SESSION =
      """
      import boto3, sys, botocore
      sts = boto3.client("sts")
      assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::000000000000:root"
      assumed = sts.assume_role(RoleArn=sys.argv[1], RoleSessionName="me", DurationSeconds=900)
      keys = assumed["Credentials"]
      session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
      print(session.client("sts").get_caller_identity()["Arn"])
      print(len(session.client("lambda").list_functions()["Functions"]) >= 0)
      try:
          session.client("lambda").delete_function(FunctionName="nobody")
      except botocore.exceptions.ClientError as e:
          print(e.response["Error"]["Code"], e.response["Error"]["Message"])
      other = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"][:-8] + "AAAAAAAA")
      for client, call in (("lambda", "list_functions"), ("sts", "get_caller_identity")):
          try:
              getattr(other.client(client), call)()
          except botocore.exceptions.ClientError as e:
              print(e.response["Error"]["Code"])
      """;

  @Test
  void sessionsOfARoleMayDoWhatItsPoliciesAllow() {
    String arn =
        json(
                "iam",
                "create-role",
                "--role-name",
                "reader",
                "--assume-role-policy-document",
                TRUSTS_ACCOUNT)
            .at("/Role/Arn")
            .asString();
    run(
        "iam",
        "put-role-policy",
        "--role-name",
        "reader",
        "--policy-name",
        "own",
        "--policy-document",
        READ);
    assertThat(Tools.python(MAYFLY, SESSION, arn).ok().out().lines())
        .containsExactly(
            "arn:aws:sts::000000000000:assumed-role/reader/me",
            "True",
            "AccessDeniedException User: arn:aws:sts::000000000000:assumed-role/reader/me is not authorized to perform: lambda:DeleteFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:nobody because no identity-based policy allows the lambda:DeleteFunction action",
            "UnrecognizedClientException",
            "InvalidClientTokenId");
    assertThat(
            refusal(
                "sts",
                "assume-role",
                "--role-arn",
                arn,
                "--role-session-name",
                "me",
                "--duration-seconds",
                "7200"))
        .contains("exceeds the MaxSessionDuration set for this role");
    run(
        "iam",
        "update-assume-role-policy",
        "--role-name",
        "reader",
        "--policy-document",
        TRUSTS_LAMBDA);
    assertThat(refusal("sts", "assume-role", "--role-arn", arn, "--role-session-name", "me"))
        .contains(
            "AccessDenied", "is not authorized to perform: sts:AssumeRole on resource: " + arn);
    run("iam", "delete-role-policy", "--role-name", "reader", "--policy-name", "own");
    run("iam", "delete-role", "--role-name", "reader");
  }

  @Test
  void aHandlersKeysAreASessionOfItsFunctionsRole() {
    run(
        "iam",
        "create-role",
        "--role-name",
        "worker",
        "--assume-role-policy-document",
        TRUSTS_LAMBDA);
    Functions functions = MAYFLY.functions();
    String name =
        functions.deployPython(
            "who-am-i",
            """
            import os
            def handler(event, context):
                return " ".join(os.environ["AWS_" + key] for key in
                    ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"))
            """,
            request -> request.role("arn:aws:iam::000000000000:role/worker"));
    String[] keys =
        functions.invoke(name, "{}").payload().asUtf8String().replace("\"", "").split(" ", 3);
    Map<String, String> exports = MAYFLY.exports();
    assertThat(keys[0]).isNotEqualTo(exports.get("AWS_ACCESS_KEY_ID"));
    assertThat(
            Tools.python(
                    MAYFLY,
                    """
                    import boto3, sys
                    session = boto3.Session(*sys.argv[1:])
                    print(session.client("sts").get_caller_identity()["Arn"])
                    """,
                    keys)
                .ok()
                .out()
                .strip())
        .isEqualTo("arn:aws:sts::000000000000:assumed-role/worker/" + name);
    functions.delete(List.of(name));
    run("iam", "delete-role", "--role-name", "worker");
  }
}
