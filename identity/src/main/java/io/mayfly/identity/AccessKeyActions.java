package io.mayfly.identity;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The IAM API's actions over an account's own access keys; there are no users to have others. */
final class AccessKeyActions {
  private AccessKeyActions() {}

  static List<Operation<?, ?>> all(AccessKeys keys) {
    return List.of(
        new CreateAccessKey(keys),
        new ListAccessKeys(keys),
        new UpdateAccessKey(keys),
        new DeleteAccessKey(keys));
  }

  /** Lets an account's owner go on who names no user. */
  private static void checkOwner(Optional<String> userName, Caller caller) {
    userName.ifPresent(
        name -> {
          throw IdentityErrors.missing("The user with name " + name + " cannot be found.");
        });
    if (!caller.principal().equals(AccessKeys.root(caller.account()))) {
      throw new AwsException(
          "ValidationError", 400, "Must specify userName when calling with non-User credentials");
    }
  }

  /** A pair of the caller's account; those of others are not told of. */
  private static KeyPair own(AccessKeys keys, String accessKeyId, Caller caller) {
    if (accessKeyId.equals(keys.owner().accessKeyId()) && !keys.isOwn(caller.account())) {
      throw IdentityErrors.missing("The Access Key with id " + accessKeyId + " cannot be found.");
    }
    KeyPair pair = keys.require(accessKeyId);
    if (!pair.account().equals(caller.account())) {
      throw IdentityErrors.missing("The Access Key with id " + accessKeyId + " cannot be found.");
    }
    return pair;
  }

  record CreateAccessKey(AccessKeys keys)
      implements Operation<CreateAccessKey.Input, CreateAccessKey.Output> {
    record Input(Optional<String> userName) {}

    record Output(Pair accessKey) {}

    record Pair(
        String userName,
        String accessKeyId,
        String status,
        String secretAccessKey,
        Instant createDate) {}

    @Override
    public CreateAccessKey.Output handle(CreateAccessKey.Input input, Caller caller) {
      checkOwner(input.userName(), caller);
      AccessKeys.Created made = keys.create(caller.account(), "");
      return new CreateAccessKey.Output(
          new Pair(
              "root",
              made.pair().accessKeyId(),
              "Active",
              made.secretAccessKey(),
              made.pair().created()));
    }
  }

  /** {@code ListAccessKeys}, on one page: an account has few. */
  record ListAccessKeys(AccessKeys keys)
      implements Operation<ListAccessKeys.Input, ListAccessKeys.Output> {
    record Input(Optional<String> userName) {}

    record Output(List<Row> accessKeyMetadata, boolean isTruncated) {}

    record Row(String userName, String accessKeyId, String status, Optional<Instant> createDate) {}

    @Override
    public ListAccessKeys.Output handle(ListAccessKeys.Input input, Caller caller) {
      checkOwner(input.userName(), caller);
      List<Row> rows = new ArrayList<>();
      if (keys.isOwn(caller.account())) {
        rows.add(new Row("root", keys.owner().accessKeyId(), "Active", Optional.empty()));
      }
      for (KeyPair pair : keys.list(caller.account())) {
        rows.add(
            new Row(
                "root",
                pair.accessKeyId(),
                pair.active() ? "Active" : "Inactive",
                Optional.of(pair.created())));
      }
      return new ListAccessKeys.Output(rows, false);
    }
  }

  record UpdateAccessKey(AccessKeys keys)
      implements Operation<UpdateAccessKey.Input, Operation.Nothing> {
    record Input(Optional<String> userName, String accessKeyId, String status) {}

    @Override
    public Nothing handle(UpdateAccessKey.Input input, Caller caller) {
      checkOwner(input.userName(), caller);
      own(keys, input.accessKeyId(), caller);
      if (!List.of("Active", "Inactive").contains(input.status())) {
        throw IdentityErrors.invalid("A key is Active or Inactive; keys do not expire.");
      }
      keys.setActive(input.accessKeyId(), input.status().equals("Active"));
      return Nothing.VALUE;
    }
  }

  record DeleteAccessKey(AccessKeys keys)
      implements Operation<DeleteAccessKey.Input, Operation.Nothing> {
    record Input(Optional<String> userName, String accessKeyId) {}

    @Override
    public Nothing handle(DeleteAccessKey.Input input, Caller caller) {
      checkOwner(input.userName(), caller);
      own(keys, input.accessKeyId(), caller);
      keys.delete(input.accessKeyId());
      return Nothing.VALUE;
    }
  }
}
