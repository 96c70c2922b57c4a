package io.mayfly.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.aws.AwsException;
import io.mayfly.identity.PolicyDocument.Decision;
import io.mayfly.identity.PolicyDocument.Use;
import io.mayfly.model.Glob;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TestPolicyDocument {
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:thumb";

  private static PolicyDocument identity(String statements) {
    return PolicyDocument.parse(
        "{\"Version\":\"2012-10-17\",\"Statement\":%s}".formatted(statements), Use.IDENTITY);
  }

  @Test
  void statementsAllowDenyOrSayNothing() {
    PolicyDocument policy =
        identity(
            """
            [{"Effect":"Allow","Action":["lambda:Get*","lambda:InvokeFunction"],
              "Resource":"arn:aws:lambda:*:*:function:thumb*"},
             {"Sid":"x","Effect":"Deny","Action":"lambda:GetPolicy","Resource":"*"}]
            """);
    assertThat(policy.decide("lambda:GetFunction", ARN)).isEqualTo(Decision.ALLOWED);
    assertThat(policy.decide("LAMBDA:getfunction", ARN)).isEqualTo(Decision.ALLOWED);
    assertThat(policy.decide("lambda:GetFunction", ARN.replace("thumb", "other")))
        .isEqualTo(Decision.SILENT);
    assertThat(policy.decide("lambda:GetFunction", "*")).isEqualTo(Decision.SILENT);
    assertThat(policy.decide("lambda:DeleteFunction", ARN)).isEqualTo(Decision.SILENT);
    assertThat(policy.decide("lambda:GetPolicy", ARN)).isEqualTo(Decision.DENIED);
  }

  @Test
  void allButSomeCanBeMeant() {
    PolicyDocument policy =
        identity(
            """
            {"Effect":"Allow","NotAction":"iam:*","NotResource":"%s"}
            """
                .formatted(ARN));
    assertThat(policy.decide("lambda:GetFunction", "*")).isEqualTo(Decision.ALLOWED);
    assertThat(policy.decide("lambda:GetFunction", ARN)).isEqualTo(Decision.SILENT);
    assertThat(policy.decide("iam:GetRole", "*")).isEqualTo(Decision.SILENT);
  }

  @Test
  void aConditionAllowsNothingAndDeniesAll() {
    PolicyDocument policy =
        identity(
            """
            [{"Effect":"Allow","Action":"a:*","Resource":"*","Condition":{"Bool":{"x":"true"}}},
             {"Effect":"Deny","Action":"b:*","Resource":"*","Condition":{"Bool":{"x":"true"}}},
             {"Effect":"Allow","Action":"b:*","Resource":"*"}]
            """);
    assertThat(policy.decide("a:x", "*")).isEqualTo(Decision.SILENT);
    assertThat(policy.decide("b:x", "*")).isEqualTo(Decision.DENIED);
  }

  @Test
  void trustIsOfWhoIsNamed() {
    PolicyDocument service =
        PolicyDocument.parse(
            """
            {"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},
              "Action":"sts:AssumeRole"}}
            """,
            Use.TRUST);
    assertThat(service.trusts(List.of("arn:aws:iam::000000000000:root"))).isFalse();
    PolicyDocument account =
        PolicyDocument.parse(
            """
            {"Statement":[{"Effect":"Allow","Principal":{"AWS":["000000000000","x"]},
              "Action":"sts:*"},{"Effect":"Deny","Principal":{"AWS":"y"},"Action":"*"}]}
            """,
            Use.TRUST);
    assertThat(account.trusts(List.of("000000000000"))).isTrue();
    assertThat(account.trusts(List.of("000000000000", "y"))).isFalse();
    assertThat(account.trusts(List.of("000000000001"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"Statement\":[]}",
        "{\"Version\":\"2011\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Maybe\",\"Action\":\"*\",\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":[],\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":[1],\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"get\",\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"thumb\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Principal\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Else\":1}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":1}}",
        "{\"Statement\":[7]}",
        "{\"Other\":1}",
        "{\"Statement\":"
      })
  void whatIsNoPolicyIsMalformed(String text) {
    assertThatThrownBy(() -> PolicyDocument.parse(text, Use.IDENTITY))
        .isInstanceOfSatisfying(
            AwsException.class,
            refusal -> assertThat(refusal.code()).isEqualTo("MalformedPolicyDocumentException"));
  }

  private static Decision ofService(String effect, String condition, String source) {
    String policy =
        "{\"Statement\":{\"Effect\":\"%s\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"*\",\"Condition\":%s}}"
            .formatted(effect, condition);
    return PolicyDocument.parse(policy, Use.RESOURCE)
        .decideService(
            "sqs:SendMessage", "arn:q", "events.amazonaws.com", Map.of("aws:sourcearn", source));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | ALLOWED",
        "{\"ArnEquals\":{\"aws:SourceArn\":\"arn:rule/*\"}} | ALLOWED",
        "{\"ArnLike\":{\"AWS:SourceArn\":[\"arn:x\",\"arn:rule/o?e\"]}} | ALLOWED",
        "{\"StringEquals\":{\"aws:SourceArn\":\"arn:rule/*\"}} | SILENT",
        "{\"StringEqualsIgnoreCase\":{\"aws:SourceArn\":\"ARN:rule/one\"}} | ALLOWED",
        "{\"StringNotEquals\":{\"aws:SourceArn\":[\"arn:a\",\"arn:b\"]}} | ALLOWED",
        "{\"StringNotLikeIfExists\":{\"aws:SourceArn\":\"arn:rule/*\"}} | SILENT",
        "{\"ArnLike\":{\"aws:SourceArn\":\"arn:rule/one\"},\"StringEquals\":{\"aws:SourceOrgID\":\"o\"}} | SILENT",
        "{\"NumericEquals\":{\"aws:SourceArn\":1}} | SILENT",
      })
  void conditionsAreWeighedForServices(String condition, Decision expected) {
    assertThat(ofService("Allow", condition, "arn:rule/one")).isEqualTo(expected);
  }

  @Test
  void aDenialHoldsUnlessItsConditionIsKnownNotTo() {
    String rule = "{\"ArnEquals\":{\"aws:SourceArn\":\"arn:rule/one\"}}";
    assertThat(ofService("Deny", rule, "arn:rule/one")).isEqualTo(Decision.DENIED);
    assertThat(ofService("Deny", rule, "arn:rule/two")).isEqualTo(Decision.SILENT);
    assertThat(ofService("Deny", "{\"Bool\":{\"aws:Unknown\":\"true\"}}", "arn:rule/two"))
        .isEqualTo(Decision.DENIED);
  }

  @Test
  void anotherServiceOrAnAccountIsNotMeant() {
    String policy =
        "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":%s,\"Action\":\"*\",\"Resource\":\"*\"}}";
    assertThat(
            PolicyDocument.parse(
                    policy.formatted("{\"Service\":[\"sns.amazonaws.com\"]}"), Use.RESOURCE)
                .decideService("sqs:SendMessage", "q", "events.amazonaws.com", Map.of()))
        .isEqualTo(Decision.SILENT);
    assertThat(
            PolicyDocument.parse(policy.formatted("{\"AWS\":\"000000000000\"}"), Use.RESOURCE)
                .decideService("sqs:SendMessage", "q", "events.amazonaws.com", Map.of()))
        .isEqualTo(Decision.SILENT);
    assertThat(
            PolicyDocument.parse(policy.formatted("\"*\""), Use.RESOURCE)
                .decideService("sqs:SendMessage", "q", "events.amazonaws.com", Map.of()))
        .isEqualTo(Decision.ALLOWED);
  }

  @Test
  void anyChangeOfAPolicyIsAPolicyOrMalformed() {
    String policy =
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":[\"*\"]}]}";
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(policy);
      for (int change = 0; change <= random.nextInt(4); change++) {
        int at = random.nextInt(text.length());
        if (random.nextBoolean()) {
          text.setCharAt(at, "{}[]\":,*\\x1".charAt(random.nextInt(11)));
        } else {
          text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(20))));
        }
      }
      try {
        PolicyDocument.parse(text.toString(), Use.IDENTITY).decide("s3:GetObject", "*");
      } catch (AwsException e) {
        assertThat(e.code()).isEqualTo("MalformedPolicyDocumentException");
      }
    }
    assertThatThrownBy(() -> PolicyDocument.parse("[".repeat(100_000), Use.IDENTITY))
        .isInstanceOf(AwsException.class);
  }

  @Test
  void patternsMatchInBoundedTime() {
    assertThat(Glob.matches("a*b?d", "axxbbcd")).isTrue();
    assertThat(Glob.matches("a*b?d", "axxbbcde")).isFalse();
    assertThat(Glob.matches("*", "")).isTrue();
    assertThat(Glob.matches("", "")).isTrue();
    assertThat(Glob.matches("?", "")).isFalse();
    long before = System.nanoTime();
    assertThat(Glob.matches("*a".repeat(1000) + "b", "a".repeat(10_000))).isFalse();
    assertThat(System.nanoTime() - before).isLessThan(5_000_000_000L);
  }
}
