package io.mayfly.functions;

import static io.mayfly.functions.CatalogHarness.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import io.mayfly.model.ResourcePolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFunctionPolicies {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:thumb";
  private static final String URL = "lambda:InvokeFunctionUrl";
  private static final Optional<String> FUNCTION = Optional.empty();

  @TempDir Path folder;
  private CatalogHarness platform;
  private Aliases aliases;
  private FunctionPolicies policies;

  @BeforeEach
  void start() {
    use(new CatalogHarness(folder));
    platform.create(NAME);
  }

  private void use(CatalogHarness next) {
    platform = next;
    aliases = new Aliases(platform.catalog, platform.store, () -> 0);
    policies = new FunctionPolicies(platform.catalog, aliases, platform.store);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private static Permission permission(String id, String action, String principal) {
    return new Permission(
        id,
        action,
        principal,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Permission url(String id, String principal, String authType) {
    return new Permission(
        id,
        URL,
        principal,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(authType),
        Optional.empty());
  }

  private ResourcePolicy add(Optional<String> qualifier, Permission permission) {
    policies.add(NAME, qualifier, permission, Optional.empty());
    return policies.require(NAME, qualifier);
  }

  private boolean ruleMayCall(Optional<String> qualifier, String rule) {
    return policies.allowsService(
        NAME,
        qualifier,
        "events.amazonaws.com",
        "lambda:InvokeFunction",
        Map.of("aws:sourcearn", rule, "aws:sourceaccount", "000000000000"));
  }

  @Test
  void aServiceMayCallForWhomThePolicySays() {
    assertThat(ruleMayCall(FUNCTION, "arn:rule/a")).isFalse();
    policies.add(
        NAME,
        FUNCTION,
        new Permission(
            "rules",
            "lambda:InvokeFunction",
            "events.amazonaws.com",
            Optional.of("arn:rule/a*"),
            Optional.of("000000000000"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        Optional.empty());
    assertThat(ruleMayCall(FUNCTION, "arn:rule/a1")).isTrue();
    assertThat(ruleMayCall(FUNCTION, "arn:rule/b")).isFalse();
    assertThat(ruleMayCall(Optional.of("alias"), "arn:rule/a1")).isFalse();
    policies.add(
        NAME, FUNCTION, permission("other", "lambda:*", "sns.amazonaws.com"), Optional.empty());
    assertThat(ruleMayCall(FUNCTION, "arn:rule/b")).isFalse();
    policies.add(NAME, FUNCTION, permission("all", "lambda:*", "*"), Optional.empty());
    assertThat(ruleMayCall(FUNCTION, "arn:rule/b")).isTrue();
  }

  @Test
  void documentsAreThoseThatLambdaWrites() {
    add(FUNCTION, permission("account", "lambda:GetFunction", "123456789012"));
    add(
        FUNCTION,
        new Permission(
            "s3",
            "lambda:InvokeFunction",
            "s3.amazonaws.com",
            Optional.of("arn:aws:s3:::bucket"),
            Optional.of("123456789012"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    ResourcePolicy policy =
        add(
            FUNCTION,
            new Permission(
                "all",
                "lambda:InvokeFunction",
                "*",
                Optional.empty(),
                Optional.empty(),
                Optional.of("token"),
                Optional.of("o-a1b2c3d4e5"),
                Optional.empty(),
                Optional.of(true)));
    assertThat(PolicyDocument.of(policy))
        .isEqualTo(
            """
            {"Version":"2012-10-17","Id":"default","Statement":[\
            {"Sid":"account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},\
            "Action":"lambda:GetFunction","Resource":"%1$s"},\
            {"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},\
            "Action":"lambda:InvokeFunction","Resource":"%1$s",\
            "Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012"},\
            "ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}},\
            {"Sid":"all","Effect":"Allow","Principal":"*",\
            "Action":"lambda:InvokeFunction","Resource":"%1$s",\
            "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5","lambda:EventSourceToken":"token"},\
            "Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}]}"""
                .formatted(ARN));
  }

  @Test
  void functionsVersionsAndAliasesHavePoliciesOfTheirOwnWhichGoWithThem() {
    platform.catalog.publish(NAME, Optional.empty(), Optional.empty(), Optional.empty());
    aliases.create(NAME, "prod", "1", "", Map.of());
    for (Optional<String> qualifier : List.of(FUNCTION, Optional.of("1"), Optional.of("prod"))) {
      ResourcePolicy policy =
          add(qualifier, permission("same", "lambda:InvokeFunction", "sns.amazonaws.com"));
      assertThat(policy.statements())
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement.resource())
                      .isEqualTo(ARN + qualifier.map(text -> ":" + text).orElse("")));
    }
    use(platform.restart());
    assertThat(policies.require(NAME, Optional.of("prod")).statements()).hasSize(1);
    String none = "The resource you requested does not exist.";

    aliases.delete(NAME, "prod");
    policies.forget(NAME, "prod");
    aliases.create(NAME, "prod", "1", "", Map.of());
    assertRefused(() -> policies.require(NAME, Optional.of("prod")), ErrorCode.NOT_FOUND, none);
    aliases.delete(NAME, "prod");
    aliases.deleteVersion(FunctionVersion.of(NAME, 1));
    use(platform.restart());
    assertThat(platform.store.policies()).hasSize(1);

    platform.catalog.delete(NAME);
    policies.forget(NAME);
    platform.create(NAME);
    assertRefused(() -> policies.require(NAME, FUNCTION), ErrorCode.NOT_FOUND, none);
    assertThat(platform.store.policies()).isEmpty();
  }

  @Test
  void statementsAreAddedOnceAndRemovedOneRevisionAtATime() {
    String created = platform.catalog.require(NAME).revisionId();
    Permission permission = permission("one", "lambda:InvokeFunction", "sns.amazonaws.com");
    assertRefused(
        () -> policies.add(NAME, FUNCTION, permission, Optional.of("another")),
        ErrorCode.PRECONDITION_FAILED,
        "does not match the latest RevisionId");
    policies.add(NAME, FUNCTION, permission, Optional.of(created));
    String first = policies.require(NAME, FUNCTION).revisionId();
    assertRefused(
        () -> policies.add(NAME, FUNCTION, permission, Optional.of(first)),
        ErrorCode.CONFLICT,
        "The statement id (one) provided already exists. Please provide a new statement id, or remove the existing statement.");
    add(FUNCTION, permission("two", "lambda:InvokeFunction", "sns.amazonaws.com"));
    assertRefused(
        () -> policies.remove(NAME, FUNCTION, "one", Optional.of(first)),
        ErrorCode.PRECONDITION_FAILED,
        "does not match the latest RevisionId");
    policies.remove(
        NAME, FUNCTION, "one", Optional.of(policies.require(NAME, FUNCTION).revisionId()));
    assertRefused(
        () -> policies.remove(NAME, FUNCTION, "one", Optional.empty()),
        ErrorCode.NOT_FOUND,
        "Statement one is not found in resource policy.");
    policies.remove(NAME, FUNCTION, "two", Optional.empty());
    assertRefused(
        () -> policies.remove(NAME, FUNCTION, "two", Optional.empty()),
        ErrorCode.NOT_FOUND,
        "No policy is associated with the given resource.");
    use(platform.restart());
    assertThat(platform.store.policies()).isEmpty();
  }

  @Test
  void whatNamesNothingOrNobodyIsRefused() {
    Permission permission = permission("one", "lambda:InvokeFunction", "sns.amazonaws.com");
    assertRefused(
        () -> add(Optional.of("$LATEST"), permission),
        ErrorCode.INVALID_PARAMETER,
        "We currently do not support adding policies for $LATEST.");
    assertRefused(
        () -> add(Optional.of("7"), permission),
        ErrorCode.NOT_FOUND,
        "Function not found: " + ARN + ":7");
    assertRefused(
        () -> add(Optional.of("prod"), permission),
        ErrorCode.NOT_FOUND,
        "Cannot find alias arn: " + ARN + ":prod");
    for (String nobody : List.of("", "nobody", "12345", "arn:aws:s3:::bucket", "a..b")) {
      assertRefused(
          () -> add(FUNCTION, permission("one", "lambda:InvokeFunction", nobody)),
          ErrorCode.INVALID_PARAMETER,
          "The provided principal was invalid. Please check the principal and try again.");
    }
    assertRefused(
        () ->
            new Permission(
                "one",
                "lambda:InvokeFunction",
                "*",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of("NONE"),
                Optional.empty()),
        ErrorCode.INVALID_PARAMETER,
        "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action");
    assertThat(platform.store.policies()).isEmpty();
  }

  @Test
  void aPolicyHasTwentyKilobytesAndNoMore() {
    String arn = "arn:aws:s3:::" + "b".repeat(900);
    int added = 0;
    try {
      while (added < 100) {
        add(
            FUNCTION,
            new Permission(
                "id-" + added,
                "lambda:InvokeFunction",
                "s3.amazonaws.com",
                Optional.of(arn),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
        added++;
      }
    } catch (MayflyException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.POLICY_LENGTH_EXCEEDED);
      assertThat(e).hasMessageContaining("is bigger than the limit (20480).");
    }
    assertThat(added).isBetween(15, 20);
    assertThat(policies.require(NAME, FUNCTION).statements()).hasSize(added);
  }

  @Test
  void aPolicyThatSpeaksOfTheUrlSaysWhoMayCallIt() {
    assertThat(policies.everybodyMayCallUrl(NAME, FUNCTION)).as("no policy at all").isTrue();
    add(FUNCTION, permission("s3", "lambda:InvokeFunction", "s3.amazonaws.com"));
    assertThat(policies.everybodyMayCallUrl(NAME, FUNCTION)).as("nothing about the URL").isTrue();
    add(FUNCTION, url("account", "123456789012", "AWS_IAM"));
    assertThat(policies.everybodyMayCallUrl(NAME, FUNCTION)).as("one account").isFalse();
    add(FUNCTION, url("signed", "*", "AWS_IAM"));
    assertThat(policies.everybodyMayCallUrl(NAME, FUNCTION)).as("whoever signs").isFalse();
    use(platform.restart());
    assertThat(policies.everybodyMayCallUrl(NAME, FUNCTION)).as("after a start").isFalse();
    add(FUNCTION, url("public", "*", "NONE"));
    assertThat(policies.everybodyMayCallUrl(NAME, FUNCTION)).as("everybody").isTrue();
    policies.remove(NAME, FUNCTION, "public", Optional.empty());
    assertThat(policies.everybodyMayCallUrl(NAME, FUNCTION)).as("everybody no more").isFalse();
    policies.forget(NAME);
    assertThat(policies.everybodyMayCallUrl(NAME, FUNCTION)).isTrue();
    add(FUNCTION, permission("any", "lambda:*", "123456789012"));
    assertThat(policies.everybodyMayCallUrl(NAME, FUNCTION)).as("every action").isFalse();
  }
}
