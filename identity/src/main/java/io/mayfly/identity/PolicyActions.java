package io.mayfly.identity;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Policy;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The IAM API's actions on managed policies. */
final class PolicyActions {
  private PolicyActions() {}

  static List<Operation<?, ?>> all(Roles roles, Policies policies) {
    return List.of(
        new CreatePolicy(roles, policies),
        new GetPolicy(roles, policies),
        new ListPolicies(roles, policies),
        new DeletePolicy(policies),
        new CreatePolicyVersion(policies),
        new GetPolicyVersion(policies),
        new ListPolicyVersions(policies),
        new SetDefaultPolicyVersion(policies),
        new DeletePolicyVersion(policies),
        new ListEntitiesForPolicy(roles, policies));
  }

  record Named(String policyArn) {}

  record OneVersion(String policyArn, String versionId) {}

  record One(Shapes.Policy policy) {}

  record Version(Shapes.PolicyVersion policyVersion) {}

  record CreatePolicy(Roles roles, Policies policies)
      implements Operation<CreatePolicy.Input, One> {
    record Input(
        String policyName,
        Optional<String> path,
        String policyDocument,
        Optional<String> description,
        List<Tags.Tag> tags) {}

    @Override
    public One handle(CreatePolicy.Input input, Caller caller) {
      Policy policy =
          policies.create(
              input.policyName(),
              input.path().orElse("/"),
              input.policyDocument(),
              input.description(),
              Tags.map(input.tags()));
      return new One(Shapes.of(policy, policies, roles));
    }
  }

  record GetPolicy(Roles roles, Policies policies) implements Operation<Named, One> {
    @Override
    public One handle(Named input, Caller caller) {
      return new One(Shapes.of(policies.require(input.policyArn()), policies, roles));
    }
  }

  /** {@code ListPolicies}: those of the account; AWS's own are not listed. */
  record ListPolicies(Roles roles, Policies policies)
      implements Operation<ListPolicies.Input, ListPolicies.Output> {
    record Input(
        Optional<String> scope,
        Optional<Boolean> onlyAttached,
        Optional<String> pathPrefix,
        Optional<String> policyUsageFilter,
        Optional<String> marker,
        Optional<Integer> maxItems) {}

    record Output(List<Shapes.Policy> policies, boolean isTruncated, Optional<String> marker) {}

    @Override
    public ListPolicies.Output handle(ListPolicies.Input input, Caller caller) {
      boolean none =
          input.scope().equals(Optional.of("AWS"))
              || input.policyUsageFilter().equals(Optional.of("PermissionsBoundary"));
      List<Policy> all =
          none
              ? List.of()
              : policies.list().stream()
                  .filter(each -> each.path().startsWith(input.pathPrefix().orElse("/")))
                  .filter(
                      each ->
                          !input.onlyAttached().orElse(false)
                              || !roles.holders(policies.arn(each)).isEmpty())
                  .toList();
      Slice<Policy> slice = Slice.of(all, policies::arn, input.marker(), input.maxItems());
      return new ListPolicies.Output(
          slice.items().stream().map(each -> Shapes.of(each, policies, roles)).toList(),
          slice.truncated(),
          slice.marker());
    }
  }

  record DeletePolicy(Policies policies) implements Operation<Named, Operation.Nothing> {
    @Override
    public Nothing handle(Named input, Caller caller) {
      policies.delete(input.policyArn());
      return Nothing.VALUE;
    }
  }

  record CreatePolicyVersion(Policies policies)
      implements Operation<CreatePolicyVersion.Input, Version> {
    record Input(String policyArn, String policyDocument, Optional<Boolean> setAsDefault) {}

    @Override
    public Version handle(CreatePolicyVersion.Input input, Caller caller) {
      Policy policy =
          policies.addVersion(
              input.policyArn(), input.policyDocument(), input.setAsDefault().orElse(false));
      return new Version(Shapes.version(policy, policy.last(), false));
    }
  }

  record GetPolicyVersion(Policies policies) implements Operation<OneVersion, Version> {
    @Override
    public Version handle(OneVersion input, Caller caller) {
      Policy policy = policies.require(input.policyArn());
      return new Version(Shapes.version(policy, policies.number(policy, input.versionId()), true));
    }
  }

  /** {@code ListPolicyVersions}, the newest first. */
  record ListPolicyVersions(Policies policies)
      implements Operation<ListPolicyVersions.Input, ListPolicyVersions.Output> {
    record Input(String policyArn, Optional<String> marker, Optional<Integer> maxItems) {}

    record Output(
        List<Shapes.PolicyVersion> versions, boolean isTruncated, Optional<String> marker) {}

    @Override
    public ListPolicyVersions.Output handle(ListPolicyVersions.Input input, Caller caller) {
      Policy policy = policies.require(input.policyArn());
      List<Integer> numbers =
          policy.versions().keySet().stream().sorted(Comparator.reverseOrder()).toList();
      Slice<Integer> slice =
          Slice.of(
              numbers,
              number -> String.format(Locale.ROOT, "%010d", Integer.MAX_VALUE - number),
              input.marker(),
              input.maxItems());
      return new ListPolicyVersions.Output(
          slice.items().stream().map(number -> Shapes.version(policy, number, false)).toList(),
          slice.truncated(),
          slice.marker());
    }
  }

  record SetDefaultPolicyVersion(Policies policies)
      implements Operation<OneVersion, Operation.Nothing> {
    @Override
    public Nothing handle(OneVersion input, Caller caller) {
      policies.makeCurrent(input.policyArn(), input.versionId());
      return Nothing.VALUE;
    }
  }

  record DeletePolicyVersion(Policies policies)
      implements Operation<OneVersion, Operation.Nothing> {
    @Override
    public Nothing handle(OneVersion input, Caller caller) {
      policies.deleteVersion(input.policyArn(), input.versionId());
      return Nothing.VALUE;
    }
  }

  /** {@code ListEntitiesForPolicy}: there are roles only. */
  record ListEntitiesForPolicy(Roles roles, Policies policies)
      implements Operation<ListEntitiesForPolicy.Input, ListEntitiesForPolicy.Output> {
    record Input(
        String policyArn,
        Optional<String> entityFilter,
        Optional<String> pathPrefix,
        Optional<String> marker,
        Optional<Integer> maxItems) {}

    record Output(
        List<Nothing> policyGroups,
        List<Nothing> policyUsers,
        List<Holder> policyRoles,
        boolean isTruncated,
        Optional<String> marker) {}

    record Holder(String roleName, String roleId) {}

    @Override
    public ListEntitiesForPolicy.Output handle(ListEntitiesForPolicy.Input input, Caller caller) {
      if (!AwsPolicies.isOne(input.policyArn())) {
        policies.require(input.policyArn());
      }
      boolean wanted = input.entityFilter().orElse("Role").equals("Role");
      List<Holder> holders =
          roles.holders(input.policyArn()).stream()
              .filter(role -> wanted && role.path().startsWith(input.pathPrefix().orElse("/")))
              .map(role -> new Holder(role.name(), role.id()))
              .sorted(Comparator.comparing(Holder::roleName))
              .toList();
      Slice<Holder> slice = Slice.of(holders, Holder::roleName, input.marker(), input.maxItems());
      return new ListEntitiesForPolicy.Output(
          List.of(), List.of(), slice.items(), slice.truncated(), slice.marker());
    }
  }
}
