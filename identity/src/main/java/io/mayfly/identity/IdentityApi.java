package io.mayfly.identity;

import io.mayfly.aws.AwsService;
import io.mayfly.aws.Operation;
import io.mayfly.aws.ServiceModel;
import io.mayfly.model.Account;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The IAM and STS APIs as services of the AWS endpoint. */
public final class IdentityApi {
  private IdentityApi() {}

  /** Every action of IAM that Mayfly implements. */
  public static AwsService iam(
      ServiceModel model, Roles roles, Policies policies, AccessKeys keys) {
    List<Operation<?, ?>> actions = new ArrayList<>(RoleActions.all(roles));
    actions.addAll(RolePolicyActions.all(roles, policies));
    actions.addAll(PolicyActions.all(roles, policies));
    actions.addAll(AccessKeyActions.all(keys));
    return new AwsService(model, actions, List.of());
  }

  /** Every action of STS that Mayfly implements; who may assume a role is the role's own affair. */
  public static AwsService sts(
      ServiceModel model,
      Account account,
      Roles roles,
      Permissions permissions,
      Sessions sessions) {
    return new AwsService(
        model,
        SessionActions.all(account, roles, permissions, sessions),
        List.of(),
        Optional.empty());
  }
}
