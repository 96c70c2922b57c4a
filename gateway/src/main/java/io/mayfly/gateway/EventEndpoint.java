package io.mayfly.gateway;

import io.mayfly.aws.Authorizer;
import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Headers;
import io.mayfly.aws.SigV4Verifier;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code POST /_mayfly/events/BUS}: events for a bus in CloudEvents' format. The sender signs for
 * the service {@code events}, or, because few who send such events can sign, gives keys as user and
 * password (RFC 7617).
 */
final class EventEndpoint {
  /** What begins the paths of buses. */
  static final String PATH = "/_mayfly/events/";

  /** The longest body: events of a megabyte, written less densely than they are kept. */
  static final long BODY_BYTES = 2L << 20;

  private static final String SIGNING_NAME = "events";
  private static final int UNAUTHORIZED = 401;
  private static final Pattern BUS = Pattern.compile(PATH + "([A-Za-z0-9._-]{1,256})");

  private final SigV4Verifier verifier;
  private final Authorizer authorizer;
  private final Function<String, AccountView> accounts;
  private final Function<Headers, Optional<String>> password;
  private final JsonMapper json = JsonMapper.shared();

  EventEndpoint(
      SigV4Verifier verifier,
      Authorizer authorizer,
      Function<String, AccountView> accounts,
      Function<Headers, Optional<String>> password) {
    this.verifier = verifier;
    this.authorizer = authorizer;
    this.accounts = accounts;
    this.password = password;
  }

  /**
   * Answers.
   *
   * @throws AwsException if the events are not taken
   */
  HttpResponse handle(WireRequest request) {
    Optional<String> known = password.apply(request.headers());
    if (known.isPresent()) {
      return put(request, accounts.apply(known.get()).intake(), Optional.empty());
    }
    Caller caller;
    try {
      caller = verifier.verify(request, SIGNING_NAME, UUID.randomUUID().toString()).caller();
    } catch (AwsException e) {
      return unauthorized(String.valueOf(e.getMessage()));
    }
    return put(request, accounts.apply(caller.account()).intake(), Optional.of(caller));
  }

  /**
   * Puts events.
   *
   * @param caller who may not be allowed to; nobody if it is the account itself
   */
  private HttpResponse put(
      WireRequest request, AccountView.EventIntake intake, Optional<Caller> caller) {
    Matcher bus = BUS.matcher(request.path());
    if (!bus.matches()) {
      throw new AwsException("ResourceNotFoundException", 404, "there is no such event bus");
    }
    if (!request.method().equals("POST")) {
      throw new AwsException("MethodNotAllowed", 405, "only POST is possible here");
    }
    caller.ifPresent(each -> authorizer.authorize(each, () -> intake.access(bus.group(1))));
    return new HttpResponse.Whole(intake.put(bus.group(1), request));
  }

  private HttpResponse unauthorized(String message) {
    return new HttpResponse.Whole(
        new WireResponse(
            UNAUTHORIZED,
            new Headers()
                .set("content-type", "application/json")
                .set("www-authenticate", "Basic realm=\"mayfly\", charset=\"UTF-8\""),
            json.writeValueAsString(Map.of("message", message)).getBytes(StandardCharsets.UTF_8)));
  }
}
