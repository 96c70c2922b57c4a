package io.mayfly.server;

import io.mayfly.functions.FunctionPolicies;
import io.mayfly.identity.Permissions;
import io.mayfly.model.Account;
import io.mayfly.model.FunctionReference;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.Targets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who may tell targets: roles what their policies or those of the target allow, services what the
 * target's policy allows.
 *
 * @param policies gives the policy of what an ARN names, if it has one that is a document
 */
record TargetAccess(
    Account account,
    Permissions permissions,
    FunctionPolicies functions,
    Function<String, Optional<String>> policies)
    implements Targets.Access {
  @Override
  public boolean allows(Sender sender, String action, String resource) {
    return switch (sender) {
      case Sender.Role role ->
          permissions.allowsRole(role.arn(), action, resource, policies.apply(resource));
      case Sender.Service service when resource.startsWith("arn:aws:lambda:") ->
          FunctionReference.parse(resource)
              .filter(
                  function ->
                      functions.allowsService(
                          function.name(),
                          function.qualifier(),
                          service.principal(),
                          action,
                          Map.of(
                              "aws:sourcearn", service.sourceArn(),
                              "aws:sourceaccount", account.id())))
              .isPresent();
      case Sender.Service service ->
          policies
              .apply(resource)
              .filter(
                  policy ->
                      permissions.allowsService(
                          service.principal(), service.sourceArn(), action, resource, policy))
              .isPresent();
    };
  }
}
