package io.mayfly.identity;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Role;
import java.util.List;
import java.util.Optional;

/** The IAM API's actions on what a role may do. */
final class RolePolicyActions {
  private RolePolicyActions() {}

  static List<Operation<?, ?>> all(Roles roles, Policies policies) {
    return List.of(
        new PutRolePolicy(roles),
        new GetRolePolicy(roles),
        new DeleteRolePolicy(roles),
        new ListRolePolicies(roles),
        new AttachRolePolicy(policies),
        new DetachRolePolicy(roles),
        new ListAttachedRolePolicies(roles));
  }

  record Inline(String roleName, String policyName) {}

  record Attachment(String roleName, String policyArn) {}

  record PutRolePolicy(Roles roles) implements Operation<PutRolePolicy.Input, Operation.Nothing> {
    record Input(String roleName, String policyName, String policyDocument) {}

    @Override
    public Nothing handle(PutRolePolicy.Input input, Caller caller) {
      roles.putInline(input.roleName(), input.policyName(), input.policyDocument());
      return Nothing.VALUE;
    }
  }

  record GetRolePolicy(Roles roles) implements Operation<Inline, GetRolePolicy.Output> {
    record Output(String roleName, String policyName, String policyDocument) {}

    @Override
    public GetRolePolicy.Output handle(Inline input, Caller caller) {
      return new GetRolePolicy.Output(
          roles.require(input.roleName()).name(),
          input.policyName(),
          Shapes.encoded(roles.inline(input.roleName(), input.policyName())));
    }
  }

  record DeleteRolePolicy(Roles roles) implements Operation<Inline, Operation.Nothing> {
    @Override
    public Nothing handle(Inline input, Caller caller) {
      roles.deleteInline(input.roleName(), input.policyName());
      return Nothing.VALUE;
    }
  }

  record ListRolePolicies(Roles roles)
      implements Operation<ListRolePolicies.Input, ListRolePolicies.Output> {
    record Input(String roleName, Optional<String> marker, Optional<Integer> maxItems) {}

    record Output(List<String> policyNames, boolean isTruncated, Optional<String> marker) {}

    @Override
    public ListRolePolicies.Output handle(ListRolePolicies.Input input, Caller caller) {
      List<String> names =
          roles.require(input.roleName()).inline().keySet().stream().sorted().toList();
      Slice<String> slice = Slice.of(names, name -> name, input.marker(), input.maxItems());
      return new ListRolePolicies.Output(slice.items(), slice.truncated(), slice.marker());
    }
  }

  record AttachRolePolicy(Policies policies) implements Operation<Attachment, Operation.Nothing> {
    @Override
    public Nothing handle(Attachment input, Caller caller) {
      policies.attach(input.roleName(), input.policyArn());
      return Nothing.VALUE;
    }
  }

  record DetachRolePolicy(Roles roles) implements Operation<Attachment, Operation.Nothing> {
    @Override
    public Nothing handle(Attachment input, Caller caller) {
      roles.detach(input.roleName(), input.policyArn());
      return Nothing.VALUE;
    }
  }

  record ListAttachedRolePolicies(Roles roles)
      implements Operation<ListAttachedRolePolicies.Input, ListAttachedRolePolicies.Output> {
    record Input(
        String roleName,
        Optional<String> pathPrefix,
        Optional<String> marker,
        Optional<Integer> maxItems) {}

    record Output(List<Attached> attachedPolicies, boolean isTruncated, Optional<String> marker) {}

    record Attached(String policyName, String policyArn) {}

    @Override
    public ListAttachedRolePolicies.Output handle(
        ListAttachedRolePolicies.Input input, Caller caller) {
      Role role = roles.require(input.roleName());
      List<String> arns =
          role.attached().stream()
              .filter(
                  arn ->
                      arn.substring(arn.indexOf(":policy/") + ":policy".length())
                          .startsWith(input.pathPrefix().orElse("/")))
              .sorted()
              .toList();
      Slice<String> slice = Slice.of(arns, arn -> arn, input.marker(), input.maxItems());
      return new ListAttachedRolePolicies.Output(
          slice.items().stream().map(arn -> new Attached(AwsPolicies.name(arn), arn)).toList(),
          slice.truncated(),
          slice.marker());
    }
  }
}
