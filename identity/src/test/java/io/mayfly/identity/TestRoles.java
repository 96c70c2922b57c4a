package io.mayfly.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.aws.Access;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.ServiceModel;
import io.mayfly.model.Account;
import io.mayfly.model.Policy;
import io.mayfly.model.Role;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestRoles {
  private static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));
  private static final String TRUST =
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";
  private static final String READ =
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"lambda:Get*\",\"Resource\":\"*\"}]}";

  @TempDir private Path folder;
  private StoreFile.Opened opened;
  private Roles roles;
  private Policies policies;
  private Permissions permissions;

  @BeforeEach
  void open() {
    opened = new StoreFile(folder.resolve("mayfly.db")).open();
    SecureRandom random = new SecureRandom();
    roles = new Roles(ACCOUNT, opened.store(), CLOCK, random);
    policies = new Policies(roles, opened.store(), CLOCK, random);
    permissions = new Permissions(ACCOUNT, roles, policies);
  }

  @AfterEach
  void close() {
    opened.close();
  }

  private void reopen() {
    close();
    open();
  }

  private Role create(String name) {
    return roles.create(name, "/", TRUST, Optional.empty(), 3600, Map.of("team", "a"));
  }

  private static void assertRefused(String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsException.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }

  private static Caller session(String role) {
    return new Caller(
        "arn:aws:sts::000000000000:assumed-role/" + role + "/me",
        "ASIA",
        "us-east-1",
        "r",
        "localhost");
  }

  @Test
  void whatWasAnsweredIsThereAfterARestart() {
    Role role = create("thumb");
    roles.putInline("thumb", "own", READ);
    Policy policy = policies.create("shared", "/x/", READ, Optional.of("d"), Map.of());
    policies.attach("thumb", policies.arn(policy));
    policies.addVersion(policies.arn(policy), READ, true);
    reopen();
    assertThat(roles.require("THUMB").id()).isEqualTo(role.id());
    assertThat(roles.inline("thumb", "own")).isEqualTo(READ);
    assertThat(roles.require("thumb").attached())
        .containsExactly("arn:aws:iam::000000000000:policy/x/shared");
    assertThat(policies.require(policies.arn(policy)).current()).isEqualTo(2);
    roles.deleteInline("thumb", "own");
    roles.detach("thumb", policies.arn(policy));
    roles.delete("thumb");
    policies.deleteVersion(policies.arn(policy), "v1");
    policies.delete(policies.arn(policy));
    reopen();
    assertThat(roles.list()).isEmpty();
    assertThat(policies.list()).isEmpty();
  }

  @Test
  void everyActionFitsItsModel() {
    AccessKeys keys =
        new AccessKeys(
            ACCOUNT,
            "AKIAOWNER",
            "secret",
            opened.keys(),
            new byte[Sessions.KEY_BYTES],
            new SecureRandom(),
            CLOCK);
    ServiceModel iam = ServiceModel.bundled("iam-2010-05-08.json");
    assertThat(IdentityApi.iam(iam, roles, policies, keys)).isNotNull();
    Sessions sessions =
        new Sessions(ACCOUNT, new byte[Sessions.KEY_BYTES], new SecureRandom(), CLOCK);
    ServiceModel sts = ServiceModel.bundled("sts-2011-06-15.json");
    assertThat(IdentityApi.sts(sts, ACCOUNT, roles, permissions, sessions)).isNotNull();
  }

  @Test
  void whatIsInUseStays() {
    create("thumb");
    String arn = policies.arn(policies.create("shared", "/", READ, Optional.empty(), Map.of()));
    policies.attach("thumb", arn);
    policies.attach("thumb", arn);
    assertRefused("DeleteConflictException", () -> roles.delete("thumb"));
    assertRefused("DeleteConflictException", () -> policies.delete(arn));
    roles.detach("thumb", arn);
    assertRefused("NoSuchEntityException", () -> roles.detach("thumb", arn));
    roles.putInline("thumb", "own", READ);
    assertRefused("DeleteConflictException", () -> roles.delete("thumb"));
    policies.addVersion(arn, READ, false);
    assertRefused("DeleteConflictException", () -> policies.delete(arn));
    assertRefused("DeleteConflictException", () -> policies.deleteVersion(arn, "v1"));
    assertRefused("NoSuchEntityException", () -> policies.deleteVersion(arn, "v9"));
    policies.makeCurrent(arn, "v2");
    policies.deleteVersion(arn, "v1");
    policies.delete(arn);
    assertRefused("NoSuchEntityException", () -> policies.attach("thumb", arn));
  }

  @Test
  void limitsAreAws() {
    create("thumb");
    assertRefused("EntityAlreadyExistsException", () -> create("Thumb"));
    for (int i = 0; i < 10; i++) {
      policies.attach("thumb", "arn:aws:iam::aws:policy/P" + i);
    }
    assertRefused(
        "LimitExceededException", () -> policies.attach("thumb", "arn:aws:iam::aws:policy/P10"));
    String large = READ.replace("lambda:Get*", "lambda:" + "G".repeat(6200));
    assertRefused(
        "LimitExceededException",
        () -> policies.create("large", "/", large, Optional.empty(), Map.of()));
    roles.putInline("thumb", "one", large);
    assertRefused("LimitExceededException", () -> roles.putInline("thumb", "two", large));
    assertRefused(
        "LimitExceededException",
        () -> roles.trust("thumb", TRUST.replace("lambda", "l".repeat(2048))));
    String arn = policies.arn(policies.create("five", "/", READ, Optional.empty(), Map.of()));
    for (int i = 0; i < 4; i++) {
      policies.addVersion(arn, READ, false);
    }
    assertRefused("LimitExceededException", () -> policies.addVersion(arn, READ, false));
    Map<String, String> tags = new HashMap<>();
    for (int i = 0; i < 51; i++) {
      tags.put("k" + i, "v");
    }
    assertRefused(
        "LimitExceededException",
        () -> roles.create("tagged", "/", TRUST, Optional.empty(), 3600, tags));
    assertRefused(
        "InvalidInputException",
        () -> roles.create("tagged", "/", TRUST, Optional.empty(), 3600, Map.of("aws:x", "v")));
    assertRefused(
        "MalformedPolicyDocumentException",
        () -> roles.create("mistrusted", "/", READ, Optional.empty(), 3600, Map.of()));
  }

  @Test
  void aSessionMayDoWhatItsRoleMayNow() {
    Caller caller = session("thumb");
    assertRefused(
        "AccessDeniedException",
        () -> permissions.authorize(caller, () -> new Access("lambda:GetFunction", "*")));
    create("thumb");
    assertRefused(
        "AccessDeniedException",
        () -> permissions.authorize(caller, () -> new Access("lambda:GetFunction", "*")));
    roles.putInline("thumb", "own", READ);
    permissions.authorize(caller, () -> new Access("lambda:GetFunction", "*"));
    assertThatThrownBy(
            () -> permissions.authorize(caller, () -> new Access("lambda:DeleteFunction", "*")))
        .hasMessage(
            "User: arn:aws:sts::000000000000:assumed-role/thumb/me is not authorized to perform: lambda:DeleteFunction on resource: * because no identity-based policy allows the lambda:DeleteFunction action");
    policies.attach("thumb", "arn:aws:iam::aws:policy/AdministratorAccess");
    permissions.authorize(caller, () -> new Access("lambda:DeleteFunction", "*"));
    roles.putInline("thumb", "no", READ.replace("Allow", "Deny"));
    assertRefused(
        "AccessDeniedException",
        () -> permissions.authorize(caller, () -> new Access("lambda:GetFunction", "*")));
    permissions.authorize(
        new Caller("arn:aws:iam::000000000000:root", "AKIA", "us-east-1", "r", "localhost"),
        () -> new Access("lambda:GetFunction", "*"));
  }

  @Test
  void aRoleOfAnotherAccountOrNoneGivesASessionThatMayDoNothing() {
    create("thumb");
    policies.attach("thumb", "arn:aws:iam::aws:policy/AdministratorAccess");
    Sessions sessions =
        new Sessions(ACCOUNT, new byte[Sessions.KEY_BYTES], new SecureRandom(), CLOCK);
    for (String arn :
        new String[] {
          "arn:aws:iam::111111111111:role/thumb",
          "arn:aws:iam::000000000000:role/path/thumb",
          "arn:aws:iam::000000000000:role/other"
        }) {
      String principal = roles.session(arn, "f", sessions, Duration.ofHours(1)).principal();
      assertRefused(
          "AccessDeniedException",
          () ->
              permissions.authorize(
                  new Caller(principal, "ASIA", "us-east-1", "r", "localhost"),
                  () -> new Access("lambda:GetFunction", "*")));
    }
    assertThat(
            roles
                .session("arn:aws:iam::000000000000:role/thumb", "f", sessions, Duration.ofHours(1))
                .principal())
        .isEqualTo("arn:aws:sts::000000000000:assumed-role/thumb/f");
  }

  @Test
  void whoTrustsTheAccountNeedsTheCallersPermissionToo() {
    Caller owner =
        new Caller("arn:aws:iam::000000000000:root", "AKIA", "us-east-1", "r", "localhost");
    Role lambda = create("thumb");
    assertThat(permissions.mayAssume(owner, lambda)).isFalse();
    roles.trust(
        "thumb", TRUST.replace("\"Service\":\"lambda.amazonaws.com\"", "\"AWS\":\"000000000000\""));
    assertThat(permissions.mayAssume(owner, roles.require("thumb"))).isTrue();
    create("other");
    assertThat(permissions.mayAssume(session("other"), roles.require("thumb"))).isFalse();
    policies.attach("other", "arn:aws:iam::aws:policy/AdministratorAccess");
    assertThat(permissions.mayAssume(session("other"), roles.require("thumb"))).isTrue();
    roles.detach("other", "arn:aws:iam::aws:policy/AdministratorAccess");
    roles.trust(
        "thumb",
        TRUST.replace(
            "\"Service\":\"lambda.amazonaws.com\"",
            "\"AWS\":\"arn:aws:iam::000000000000:role/other\""));
    assertThat(permissions.mayAssume(session("other"), roles.require("thumb"))).isTrue();
  }

  @Test
  void aServiceIsTrustedForWhatTheRoleSays() {
    String arn = "arn:aws:iam::000000000000:role/thumb";
    String group = "arn:aws:scheduler:us-east-1:000000000000:schedule-group/default";
    assertThat(permissions.trustsService(arn, "lambda.amazonaws.com", group)).isFalse();
    create("thumb");
    assertThat(permissions.trustsService(arn, "lambda.amazonaws.com", group)).isTrue();
    assertThat(permissions.trustsService(arn, "scheduler.amazonaws.com", group)).isFalse();
    assertThat(
            permissions.trustsService(
                "arn:aws:iam::000000000000:role/x/thumb", "lambda.amazonaws.com", group))
        .isFalse();
    roles.trust(
        "thumb",
        TRUST.replace(
            "\"Action\"",
            "\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"000000000000\"},\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:scheduler:*:*:schedule-group/d*\"}},\"Action\""));
    assertThat(permissions.trustsService(arn, "lambda.amazonaws.com", group)).isTrue();
    assertThat(
            permissions.trustsService(
                arn, "lambda.amazonaws.com", group.replace("default", "other")))
        .isFalse();
    roles.trust(
        "thumb",
        "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:*\"},{\"Effect\":\"Deny\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}");
    assertThat(permissions.trustsService(arn, "lambda.amazonaws.com", group)).isFalse();
    assertThat(permissions.trustsService(arn, "scheduler.amazonaws.com", group)).isTrue();
  }
}
