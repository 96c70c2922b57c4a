package io.mayfly.server;

import io.mayfly.aws.AwsEndpoint;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Headers;
import io.mayfly.aws.OperationModel;
import io.mayfly.aws.Route;
import io.mayfly.aws.ServiceModel;
import io.mayfly.aws.WireAnswer;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireResponse;
import io.mayfly.sns.MessageSigner;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What topics' subscribers may ask without a signature, at the addresses that they were told: that
 * a subscription be confirmed or ended, and the certificate of signatures.
 *
 * @param model of SNS
 * @param endpoint makes the calls
 * @param account tells whether there is an account with an id
 */
record OpenTopics(
    Supplier<ServiceModel> model,
    AwsEndpoint endpoint,
    MessageSigner signer,
    Function<String, Optional<AccountServices>> account)
    implements Function<WireRequest, WireAnswer> {
  /** The actions, with where they name whose subscription it is about. */
  private static final Map<String, String> ACTIONS =
      Map.of("ConfirmSubscription", "TopicArn", "Unsubscribe", "SubscriptionArn");

  @Override
  public WireAnswer apply(WireRequest request) {
    if (request.path().endsWith(".pem")) {
      return request.path().endsWith("/" + signer.certificateName())
          ? new WireResponse(
              200,
              new Headers().set("content-type", "application/x-pem-file"),
              signer.certificate().getBytes(StandardCharsets.US_ASCII))
          : notFound();
    }
    String action = request.queryParameter("Action").orElse("");
    String place = ACTIONS.get(action);
    if (place == null) {
      return notFound();
    }
    String[] arn = request.queryParameter(place).orElse("").split(":", -1);
    Optional<AccountServices> asked = arn.length < 6 ? Optional.empty() : account.apply(arn[4]);
    Optional<OperationModel> operation = model.get().operation(action);
    if (asked.isEmpty() || operation.isEmpty()) {
      return notFound();
    }
    String id = endpoint.newRequestId();
    // The body is none of it: what is asked stands in the address.
    WireRequest bare =
        new WireRequest(request.method(), "/", request.query(), new Headers(), new byte[0]);
    Route route = new Route(model.get(), operation.get(), Map.of(), bare);
    return endpoint.call(route, unsigned(asked.get(), id));
  }

  /** On the account's behalf, but with no key: nobody has signed. */
  private static Caller unsigned(AccountServices account, String id) {
    return new Caller(
        "arn:aws:iam::%s:root".formatted(account.account().id()),
        "",
        account.account().region(),
        id,
        "");
  }

  private static WireResponse notFound() {
    return new WireResponse(
        404,
        new Headers().set("content-type", "application/json"),
        "{\"message\":\"there is nothing at this address\"}".getBytes(StandardCharsets.US_ASCII));
  }
}
