package io.mayfly.identity;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Role;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The IAM API's actions on roles themselves. */
final class RoleActions {
  private static final int USUAL_SESSION_SECONDS = 3600;

  private RoleActions() {}

  static List<Operation<?, ?>> all(Roles roles) {
    return List.of(
        new CreateRole(roles),
        new GetRole(roles),
        new ListRoles(roles),
        new UpdateRole(roles),
        new UpdateRoleDescription(roles),
        new UpdateAssumeRolePolicy(roles),
        new DeleteRole(roles),
        new TagRole(roles),
        new UntagRole(roles),
        new ListRoleTags(roles),
        new ListInstanceProfilesForRole(roles));
  }

  record Named(String roleName) {}

  record One(Shapes.Role role) {}

  record CreateRole(Roles roles) implements Operation<CreateRole.Input, One> {
    record Input(
        Optional<String> path,
        String roleName,
        String assumeRolePolicyDocument,
        Optional<String> description,
        Optional<Integer> maxSessionDuration,
        List<Tags.Tag> tags) {}

    @Override
    public One handle(CreateRole.Input input, Caller caller) {
      Role role =
          roles.create(
              input.roleName(),
              input.path().orElse("/"),
              input.assumeRolePolicyDocument(),
              input.description(),
              input.maxSessionDuration().orElse(USUAL_SESSION_SECONDS),
              Tags.map(input.tags()));
      return new One(Shapes.of(role, roles));
    }
  }

  record GetRole(Roles roles) implements Operation<Named, One> {
    @Override
    public One handle(Named input, Caller caller) {
      return new One(Shapes.of(roles.require(input.roleName()), roles));
    }
  }

  /** {@code ListRoles}: without what only {@code GetRole} tells. */
  record ListRoles(Roles roles) implements Operation<ListRoles.Input, ListRoles.Output> {
    record Input(
        Optional<String> pathPrefix, Optional<String> marker, Optional<Integer> maxItems) {}

    record Output(List<Shapes.Role> roles, boolean isTruncated, Optional<String> marker) {}

    @Override
    public ListRoles.Output handle(ListRoles.Input input, Caller caller) {
      List<Role> all =
          roles.list().stream()
              .filter(role -> role.path().startsWith(input.pathPrefix().orElse("/")))
              .toList();
      Slice<Role> slice =
          Slice.of(
              all, role -> role.name().toLowerCase(Locale.ROOT), input.marker(), input.maxItems());
      return new ListRoles.Output(
          slice.items().stream().map(role -> Shapes.of(role.withTags(Map.of()), roles)).toList(),
          slice.truncated(),
          slice.marker());
    }
  }

  record UpdateRole(Roles roles) implements Operation<UpdateRole.Input, Operation.Nothing> {
    record Input(
        String roleName, Optional<String> description, Optional<Integer> maxSessionDuration) {}

    @Override
    public Nothing handle(UpdateRole.Input input, Caller caller) {
      roles.change(
          input.roleName(),
          role ->
              role.withDescription(input.description().or(role::description))
                  .withMaxSessionSeconds(
                      input.maxSessionDuration().orElse(role.maxSessionSeconds())));
      return Nothing.VALUE;
    }
  }

  record UpdateRoleDescription(Roles roles) implements Operation<UpdateRoleDescription.Input, One> {
    record Input(String roleName, String description) {}

    @Override
    public One handle(UpdateRoleDescription.Input input, Caller caller) {
      Role role =
          roles.change(
              input.roleName(), each -> each.withDescription(Optional.of(input.description())));
      return new One(Shapes.of(role, roles));
    }
  }

  record UpdateAssumeRolePolicy(Roles roles)
      implements Operation<UpdateAssumeRolePolicy.Input, Operation.Nothing> {
    record Input(String roleName, String policyDocument) {}

    @Override
    public Nothing handle(UpdateAssumeRolePolicy.Input input, Caller caller) {
      roles.trust(input.roleName(), input.policyDocument());
      return Nothing.VALUE;
    }
  }

  record DeleteRole(Roles roles) implements Operation<Named, Operation.Nothing> {
    @Override
    public Nothing handle(Named input, Caller caller) {
      roles.delete(input.roleName());
      return Nothing.VALUE;
    }
  }

  record TagRole(Roles roles) implements Operation<TagRole.Input, Operation.Nothing> {
    record Input(String roleName, List<Tags.Tag> tags) {}

    @Override
    public Nothing handle(TagRole.Input input, Caller caller) {
      Map<String, String> added = Tags.map(input.tags());
      roles.change(
          input.roleName(),
          role -> {
            Map<String, String> next = new HashMap<>(role.tags());
            next.putAll(added);
            return role.withTags(Tags.checked(next));
          });
      return Nothing.VALUE;
    }
  }

  record UntagRole(Roles roles) implements Operation<UntagRole.Input, Operation.Nothing> {
    record Input(String roleName, List<String> tagKeys) {}

    @Override
    public Nothing handle(UntagRole.Input input, Caller caller) {
      roles.change(
          input.roleName(),
          role -> {
            Map<String, String> next = new HashMap<>(role.tags());
            input.tagKeys().forEach(next::remove);
            return role.withTags(next);
          });
      return Nothing.VALUE;
    }
  }

  record ListRoleTags(Roles roles) implements Operation<ListRoleTags.Input, ListRoleTags.Output> {
    record Input(String roleName, Optional<String> marker, Optional<Integer> maxItems) {}

    record Output(List<Tags.Tag> tags, boolean isTruncated, Optional<String> marker) {}

    @Override
    public ListRoleTags.Output handle(ListRoleTags.Input input, Caller caller) {
      Slice<Tags.Tag> slice =
          Slice.of(
              Tags.list(roles.require(input.roleName()).tags()),
              Tags.Tag::key,
              input.marker(),
              input.maxItems());
      return new ListRoleTags.Output(slice.items(), slice.truncated(), slice.marker());
    }
  }

  /** {@code ListInstanceProfilesForRole}: there are no machines, so there are none. */
  record ListInstanceProfilesForRole(Roles roles)
      implements Operation<ListInstanceProfilesForRole.Input, ListInstanceProfilesForRole.Output> {
    record Input(String roleName, Optional<String> marker, Optional<Integer> maxItems) {}

    record Output(List<InstanceProfile> instanceProfiles, boolean isTruncated) {}

    record InstanceProfile(
        String path,
        String instanceProfileName,
        String instanceProfileId,
        String arn,
        Instant createDate,
        List<Shapes.Role> roles) {}

    @Override
    public ListInstanceProfilesForRole.Output handle(
        ListInstanceProfilesForRole.Input input, Caller caller) {
      roles.require(input.roleName());
      return new ListInstanceProfilesForRole.Output(List.of(), false);
    }
  }
}
