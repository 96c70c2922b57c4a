package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.mayfly.model.ResourcePolicy;
import io.mayfly.model.ResourcePolicy.Condition;
import io.mayfly.model.ResourcePolicy.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What somebody is to be let do with a function, in the words of {@code AddPermission}.
 *
 * @param principal an account's id, an IAM ARN, the host name of a service, or everybody ({@code
 *     *})
 */
public record Permission(
    String statementId,
    String action,
    String principal,
    Optional<String> sourceArn,
    Optional<String> sourceAccount,
    Optional<String> eventSourceToken,
    Optional<String> principalOrgId,
    Optional<String> functionUrlAuthType,
    Optional<Boolean> invokedViaFunctionUrl) {
  static final String AUTH_TYPE = "lambda:FunctionUrlAuthType";
  static final String INVOKED_VIA_URL = "lambda:InvokedViaFunctionUrl";

  private static final String EQUALS = "StringEquals";

  public Permission {
    if (functionUrlAuthType.isPresent() && !action.equals("lambda:InvokeFunctionUrl")) {
      throw invalid("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action");
    }
    if (invokedViaFunctionUrl.isPresent() && !action.equals("lambda:InvokeFunction")) {
      throw invalid("InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action");
    }
  }

  /** The statement about a resource. */
  Statement statement(String resource) {
    List<Condition> conditions = new ArrayList<>();
    functionUrlAuthType.ifPresent(type -> conditions.add(new Condition(EQUALS, AUTH_TYPE, type)));
    principalOrgId.ifPresent(id -> conditions.add(new Condition(EQUALS, "aws:PrincipalOrgID", id)));
    sourceAccount.ifPresent(id -> conditions.add(new Condition(EQUALS, "AWS:SourceAccount", id)));
    eventSourceToken.ifPresent(
        token -> conditions.add(new Condition(EQUALS, "lambda:EventSourceToken", token)));
    invokedViaFunctionUrl.ifPresent(
        via -> conditions.add(new Condition("Bool", INVOKED_VIA_URL, Boolean.toString(via))));
    sourceArn.ifPresent(arn -> conditions.add(new Condition("ArnLike", "AWS:SourceArn", arn)));
    return new Statement(statementId, whole(principal), action, resource, conditions);
  }

  /**
   * A principal as a policy names it.
   *
   * @throws MayflyException if it is none
   */
  static String whole(String principal) {
    if (principal.matches("[0-9]{12}")) {
      return "arn:aws:iam::" + principal + ":root";
    }
    boolean known =
        principal.equals(ResourcePolicy.EVERYBODY)
            || principal.matches("arn:aws[a-zA-Z-]*:(iam|sts)::[0-9]{12}:.+")
            || principal.matches("[a-zA-Z0-9-]+(\\.[a-zA-Z0-9-]+)+");
    if (!known) {
      throw invalid(
          "The provided principal was invalid. Please check the principal and try again.");
    }
    return principal;
  }

  private static MayflyException invalid(String why) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, why);
  }
}
