package io.mayfly.identity;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Account;
import io.mayfly.model.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The STS API's actions. */
final class SessionActions {
  private static final int USUAL_ROLE_SECONDS = 3600;
  private static final int USUAL_OWNER_SECONDS = 3600;
  private static final int MOST_OWNER_SECONDS = 3600;

  private SessionActions() {}

  static List<Operation<?, ?>> all(
      Account account, Roles roles, Permissions permissions, Sessions sessions) {
    return List.of(
        new GetCallerIdentity(account, permissions),
        new AssumeRole(account, roles, permissions, sessions),
        new GetSessionToken(account, sessions));
  }

  record Keys(String accessKeyId, String secretAccessKey, String sessionToken, Instant expiration) {
    static Keys of(Sessions.Session session) {
      return new Keys(
          session.accessKeyId(), session.secretKey(), session.token(), session.expiration());
    }
  }

  /** {@code GetCallerIdentity}: needs no permission. */
  record GetCallerIdentity(Account account, Permissions permissions)
      implements Operation<Operation.Nothing, GetCallerIdentity.Output> {
    record Output(String userId, String account, String arn) {}

    @Override
    public GetCallerIdentity.Output handle(Nothing input, Caller caller) {
      String arn = caller.principal();
      String userId =
          permissions
              .role(arn)
              .map(role -> role.id() + arn.substring(arn.lastIndexOf('/')).replace('/', ':'))
              .orElse(arn.endsWith(":root") ? account.id() : caller.accessKeyId());
      return new GetCallerIdentity.Output(userId, account.id(), arn);
    }
  }

  record AssumeRole(Account account, Roles roles, Permissions permissions, Sessions sessions)
      implements Operation<AssumeRole.Input, AssumeRole.Output> {
    record Input(String roleArn, String roleSessionName, Optional<Integer> durationSeconds) {}

    record Output(Keys credentials, User assumedRoleUser) {}

    record User(String assumedRoleId, String arn) {}

    @Override
    public AssumeRole.Output handle(AssumeRole.Input input, Caller caller) {
      Role role =
          roles
              .find(AwsPolicies.name(input.roleArn()))
              .filter(each -> each.arn(account).equals(input.roleArn()))
              .filter(each -> permissions.mayAssume(caller, each))
              .orElseThrow(() -> denied(caller, input.roleArn()));
      int seconds = input.durationSeconds().orElse(USUAL_ROLE_SECONDS);
      if (seconds > role.maxSessionSeconds()) {
        throw new AwsException(
            "ValidationException",
            400,
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
      }
      Sessions.Session session =
          sessions.ofRole(
              role.name(), role.id(), input.roleSessionName(), Duration.ofSeconds(seconds));
      return new AssumeRole.Output(
          Keys.of(session), new User(session.userId(), session.principal()));
    }

    /** Whether there is no such role or it trusts others only is not told. */
    private static AwsException denied(Caller caller, String role) {
      return new AwsException(
          "AccessDeniedException",
          403,
          "User: %s is not authorized to perform: sts:AssumeRole on resource: %s"
              .formatted(caller.principal(), role));
    }
  }

  /** {@code GetSessionToken}, for the owner's own keys. */
  record GetSessionToken(Account account, Sessions sessions)
      implements Operation<GetSessionToken.Input, GetSessionToken.Output> {
    record Input(Optional<Integer> durationSeconds) {}

    record Output(Keys credentials) {}

    @Override
    public GetSessionToken.Output handle(GetSessionToken.Input input, Caller caller) {
      if (!caller.principal().endsWith(":root") || caller.accessKeyId().startsWith("ASIA")) {
        throw new AwsException(
            "AccessDeniedException", 403, "Cannot call GetSessionToken with session credentials");
      }
      int seconds =
          Math.min(MOST_OWNER_SECONDS, input.durationSeconds().orElse(USUAL_OWNER_SECONDS));
      return new GetSessionToken.Output(Keys.of(sessions.ofOwner(Duration.ofSeconds(seconds))));
    }
  }
}
