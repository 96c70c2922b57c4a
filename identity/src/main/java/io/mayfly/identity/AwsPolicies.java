package io.mayfly.identity;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;

/**
 * Policies of AWS's own. Any may be attached, as deployment tools do; what Mayfly does not know the
 * content of allows nothing.
 */
final class AwsPolicies {
  private static final String PREFIX = "arn:aws:iam::aws:policy/";
  private static final Map<String, String> KNOWN =
      Map.ofEntries(
          entry("AdministratorAccess", allow("\"*\"")),
          entry(
              "AWSLambda_FullAccess",
              allow("\"lambda:*\",\"logs:*\",\"iam:GetRole\",\"iam:ListRoles\",\"iam:PassRole\"")),
          entry(
              "AWSLambda_ReadOnlyAccess",
              allow(
                  "\"lambda:Get*\",\"lambda:List*\",\"logs:Describe*\",\"logs:Filter*\",\"logs:Get*\"")),
          entry(
              "AmazonEventBridgeFullAccess",
              allow("\"events:*\",\"scheduler:*\",\"iam:PassRole\"")),
          entry("AmazonEventBridgeSchedulerFullAccess", allow("\"scheduler:*\",\"iam:PassRole\"")),
          entry("AmazonSNSFullAccess", allow("\"sns:*\"")),
          entry("AmazonSQSFullAccess", allow("\"sqs:*\"")),
          entry(
              "AmazonSQSReadOnlyAccess",
              allow("\"sqs:GetQueueAttributes\",\"sqs:GetQueueUrl\",\"sqs:List*\"")),
          entry("CloudWatchLogsFullAccess", allow("\"logs:*\"")),
          entry(
              "service-role/AWSLambdaBasicExecutionRole",
              allow("\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents\"")),
          entry(
              "service-role/AWSLambdaSQSQueueExecutionRole",
              allow(
                  "\"sqs:ReceiveMessage\",\"sqs:DeleteMessage\",\"sqs:GetQueueAttributes\",\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents\"")),
          entry("service-role/AWSLambdaRole", allow("\"lambda:InvokeFunction\"")));

  private AwsPolicies() {}

  private static String allow(String actions) {
    return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":["
        + actions
        + "],\"Resource\":\"*\"}]}";
  }

  static boolean isOne(String arn) {
    return arn.startsWith(PREFIX) && arn.length() > PREFIX.length();
  }

  /** What such a policy says, where that is known. */
  static Optional<String> document(String arn) {
    return isOne(arn)
        ? Optional.ofNullable(KNOWN.get(arn.substring(PREFIX.length())))
        : Optional.empty();
  }

  /** Its name, without the path. */
  static String name(String arn) {
    return arn.substring(arn.lastIndexOf('/') + 1);
  }

  /** The path before the name, for example {@code /service-role/}. */
  static String path(String arn) {
    return arn.substring(PREFIX.length() - 1, arn.lastIndexOf('/') + 1);
  }
}
