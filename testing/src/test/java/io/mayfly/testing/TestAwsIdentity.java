package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Roles, policies and sessions, with the AWS command line and boto3. */
final class TestAwsIdentity {
  private static final Mayfly MAYFLY = Mayfly.shared();
  private static final String TRUSTS_LAMBDA = trust("\"Service\":\"lambda.amazonaws.com\"");
  private static final String TRUSTS_ACCOUNT = trust("\"AWS\":\"000000000000\"");
  private static final String READ =
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"lambda:List*\",\"mayfly:Look\"],\"Resource\":\"*\"}]}";

  private static final String POLICY = "arn:aws:iam::000000000000:policy/shared";

  private static String trust(String principal) {
    return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
        + principal
        + "},\"Action\":\"sts:AssumeRole\"}]}";
  }

  /** Runs AWS commands one after another in one process, because each start takes a second. */
  private static final String COMMANDS =
      """
      import contextlib, io, json, sys
      from awscli.clidriver import create_clidriver
      for command in json.loads(sys.argv[1]):
          out, err = io.StringIO(), io.StringIO()
          with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
              status = create_clidriver().main(command)
          print(json.dumps([status, out.getvalue(), err.getvalue()]))
      """;

  private static List<Ran> run(List<List<String>> commands) {
    String arguments = JsonMapper.shared().writeValueAsString(commands);
    return Tools.python(MAYFLY, COMMANDS, arguments)
        .ok()
        .out()
        .lines()
        .map(Json::of)
        .map(ran -> new Ran(ran.get(0).asInt(), ran.get(1).asString(), ran.get(2).asString()))
        .toList();
  }

  private static String refusal(Ran ran) {
    assertThat(ran.status()).isNotZero();
    return ran.err();
  }

  private static List<String> texts(Ran ran) {
    List<String> texts = new ArrayList<>();
    Json.of(ran.ok().out()).forEach(each -> texts.add(each.asString()));
    return texts;
  }

  private static JsonNode json(Ran ran) {
    return Json.of(ran.ok().out());
  }

  /** An IAM command about a role. */
  private static List<String> of(String role, String action, String... more) {
    List<String> command = new ArrayList<>(List.of("iam", action, "--role-name", role));
    command.addAll(List.of(more));
    return command;
  }

  @Test
  void rolesAreMadeShownChangedAndDeletedAsDeploymentToolsDo() {
    String trust = "--assume-role-policy-document";
    String basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    List<Ran> ran =
        run(
            List.of(
                of(
                    "deployed",
                    "create-role",
                    trust,
                    TRUSTS_LAMBDA,
                    "--description",
                    "a role",
                    "--tags",
                    "Key=team,Value=a b"),
                of("Deployed", "create-role", trust, TRUSTS_LAMBDA),
                of("bad", "create-role", trust, READ),
                of("deployed", "attach-role-policy", "--policy-arn", basic),
                of(
                    "deployed",
                    "put-role-policy",
                    "--policy-name",
                    "own",
                    "--policy-document",
                    READ),
                List.of("iam", "wait", "role-exists", "--role-name", "deployed"),
                of("deployed", "get-role"),
                of("deployed", "get-role-policy", "--policy-name", "own"),
                of(
                    "deployed",
                    "list-attached-role-policies",
                    "--query",
                    "AttachedPolicies[].PolicyArn"),
                of("deployed", "list-role-policies", "--query", "PolicyNames"),
                List.of("iam", "list-roles", "--query", "Roles[].RoleName"),
                of("deployed", "delete-role"),
                of("deployed", "detach-role-policy", "--policy-arn", basic),
                of("deployed", "delete-role-policy", "--policy-name", "own"),
                of("deployed", "delete-role"),
                of("deployed", "get-role")));
    assertThat(json(ran.get(0)).at("/Role/Arn").asString())
        .isEqualTo("arn:aws:iam::000000000000:role/deployed");
    assertThat(json(ran.get(0)).at("/Role/RoleId").asString()).matches("AROA[A-Z2-7]{17}");
    assertThat(refusal(ran.get(1)))
        .contains("EntityAlreadyExists", "Role with name Deployed already exists.");
    assertThat(refusal(ran.get(2))).contains("MalformedPolicyDocument");
    ran.subList(3, 6).forEach(Ran::ok);
    JsonNode shown = json(ran.get(6));
    assertThat(shown.at("/Role/AssumeRolePolicyDocument")).isEqualTo(Json.of(TRUSTS_LAMBDA));
    assertThat(shown.at("/Role/Description").asString()).isEqualTo("a role");
    assertThat(shown.at("/Role/Tags/0/Value").asString()).isEqualTo("a b");
    assertThat(json(ran.get(7)).path("PolicyDocument")).isEqualTo(Json.of(READ));
    assertThat(texts(ran.get(8))).containsExactly(basic);
    assertThat(texts(ran.get(9))).containsExactly("own");
    assertThat(texts(ran.get(10))).contains("deployed");
    assertThat(refusal(ran.get(11))).contains("DeleteConflict", "must detach all policies first");
    ran.subList(12, 15).forEach(Ran::ok);
    assertThat(refusal(ran.get(15)))
        .contains("NoSuchEntity", "The role with name deployed cannot be found.");
  }

  /** An IAM command about the policy that the test makes. */
  private static List<String> ofPolicy(String action, String... more) {
    List<String> command = new ArrayList<>(List.of("iam", action, "--policy-arn", POLICY));
    command.addAll(List.of(more));
    return command;
  }

  @Test
  void policiesHaveVersions() {
    List<Ran> ran =
        run(
            List.of(
                List.of(
                    "iam", "create-policy", "--policy-name", "shared", "--policy-document", READ),
                List.of("iam", "wait", "policy-exists", "--policy-arn", POLICY),
                ofPolicy(
                    "create-policy-version",
                    "--policy-document",
                    READ.replace("List", "Get"),
                    "--set-as-default"),
                ofPolicy("get-policy"),
                ofPolicy("get-policy-version", "--version-id", "v1"),
                List.of(
                    "iam", "list-policies", "--scope", "Local", "--query", "Policies[].PolicyName"),
                ofPolicy("delete-policy"),
                ofPolicy("delete-policy-version", "--version-id", "v1"),
                ofPolicy("delete-policy"),
                ofPolicy("get-policy")));
    assertThat(json(ran.get(0)).at("/Policy/Arn").asString()).isEqualTo(POLICY);
    ran.subList(1, 3).forEach(Ran::ok);
    assertThat(json(ran.get(3)).at("/Policy/DefaultVersionId").asString()).isEqualTo("v2");
    assertThat(json(ran.get(4)).at("/PolicyVersion/Document")).isEqualTo(Json.of(READ));
    assertThat(texts(ran.get(5))).contains("shared");
    assertThat(refusal(ran.get(6))).contains("DeleteConflict");
    ran.subList(7, 9).forEach(Ran::ok);
    assertThat(refusal(ran.get(9))).contains("NoSuchEntity");
  }

  private static final String CHANGES =
      """
      import boto3, json
      iam = boto3.client("iam")
      document = json.dumps({"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Action": "lambda:List*", "Resource": "*"}]})
      trust = json.dumps({"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
      name = "changed"
      iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
      iam.update_role(RoleName=name, Description="first", MaxSessionDuration=7200)
      role = iam.get_role(RoleName=name)["Role"]
      assert (role["Description"], role["MaxSessionDuration"]) == ("first", 7200), role
      assert iam.update_role_description(RoleName=name, Description="second")["Role"]["Description"] == "second"
      iam.tag_role(RoleName=name, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
      iam.untag_role(RoleName=name, TagKeys=["a"])
      assert iam.list_role_tags(RoleName=name)["Tags"] == [{"Key": "b", "Value": "2"}]
      assert iam.list_instance_profiles_for_role(RoleName=name)["InstanceProfiles"] == []
      arn = iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
      iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
      iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
      versions = {v["VersionId"]: v["IsDefaultVersion"] for v in iam.list_policy_versions(PolicyArn=arn)["Versions"]}
      assert versions == {"v1": True, "v2": False}, versions
      iam.attach_role_policy(RoleName=name, PolicyArn=arn)
      entities = iam.list_entities_for_policy(PolicyArn=arn)
      assert [role["RoleName"] for role in entities["PolicyRoles"]] == [name], entities
      iam.detach_role_policy(RoleName=name, PolicyArn=arn)
      iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
      iam.delete_policy(PolicyArn=arn)
      iam.delete_role(RoleName=name)
      keys = boto3.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
      session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
      assert session.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::000000000000:root"
      """;

  @Test
  void rolesAndPoliciesAreChangedAndTheOwnerGetsTemporaryKeys() {
    Tools.python(MAYFLY, CHANGES).ok();
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
    String arn = "arn:aws:iam::000000000000:role/reader";
    run(List.of(
            of("reader", "create-role", "--assume-role-policy-document", TRUSTS_ACCOUNT),
            of("reader", "put-role-policy", "--policy-name", "own", "--policy-document", READ)))
        .forEach(Ran::ok);
    assertThat(Tools.python(MAYFLY, SESSION, arn).ok().out().lines())
        .containsExactly(
            "arn:aws:sts::000000000000:assumed-role/reader/me",
            "True",
            "AccessDeniedException User: arn:aws:sts::000000000000:assumed-role/reader/me is not authorized to perform: lambda:DeleteFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:nobody because no identity-based policy allows the lambda:DeleteFunction action",
            "UnrecognizedClientException",
            "InvalidClientTokenId");
    List<String> assume =
        List.of(
            "sts",
            "assume-role",
            "--role-arn",
            arn,
            "--role-session-name",
            "me",
            "--duration-seconds",
            "7200");
    List<Ran> ran =
        run(
            List.of(
                assume,
                of("reader", "update-assume-role-policy", "--policy-document", TRUSTS_LAMBDA),
                assume,
                of("reader", "delete-role-policy", "--policy-name", "own"),
                of("reader", "delete-role")));
    assertThat(refusal(ran.get(0))).contains("exceeds the MaxSessionDuration set for this role");
    ran.get(1).ok();
    assertThat(refusal(ran.get(2)))
        .contains(
            "AccessDenied", "is not authorized to perform: sts:AssumeRole on resource: " + arn);
    ran.subList(3, 5).forEach(Ran::ok);
  }

  @Test
  void aHandlersKeysAreASessionOfItsFunctionsRole() {
    run(List.of(of("worker", "create-role", "--assume-role-policy-document", TRUSTS_LAMBDA)))
        .forEach(Ran::ok);
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
    run(List.of(of("worker", "delete-role"))).forEach(Ran::ok);
  }
}
