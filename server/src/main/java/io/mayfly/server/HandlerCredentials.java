package io.mayfly.server;

import io.mayfly.dispatch.Credentials;
import io.mayfly.identity.Roles;
import io.mayfly.identity.Sessions;
import io.mayfly.model.FunctionConfig;
import java.time.Duration;

/**
 * The keys in a handler's environment: a session of its function's role, new for every instance.
 */
record HandlerCredentials(Roles roles, Sessions sessions) {
  /** An instance that lives longer finds its keys expired. */
  private static final Duration LAST = Duration.ofHours(36);

  Credentials of(FunctionConfig function) {
    Sessions.Session session =
        roles.session(function.settings().role(), function.name().value(), sessions, LAST);
    return new Credentials(session.accessKeyId(), session.secretKey(), session.token());
  }
}
