package io.mayfly.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mayfly.aws.Credentials.AccessKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Requests that are signed as a client signs them, and an endpoint that knows the key. */
final class Wire {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  static final AccessKey KEY =
      new AccessKey(
          "AKIDEXAMPLE",
          "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
          Optional.empty(),
          "arn:aws:iam::000000000000:root");
  static final Credentials CREDENTIALS =
      (id, _) -> id.equals(KEY.accessKeyId()) ? Optional.of(KEY) : Optional.empty();

  private Wire() {}

  static SigV4Verifier verifier() {
    return new SigV4Verifier(CREDENTIALS, "us-east-1", InstantSource.fixed(NOW));
  }

  static AwsEndpoint endpoint(AwsService... services) {
    Map<ServiceModel, AwsService> byModel = new HashMap<>();
    List.of(services).forEach(service -> byModel.put(service.model(), service));
    return new AwsEndpoint(
        List.copyOf(byModel.keySet()),
        Map.of(),
        (_, model) -> Objects.requireNonNull(byModel.get(model)),
        verifier(),
        (_, _) -> {},
        (id, asked, error) -> {},
        () -> "request-1");
  }

  static WireRequest request(String method, String target, String body) {
    return request(method, target, Map.of(), body.getBytes(UTF_8));
  }

  static WireRequest request(
      String method, String target, Map<String, String> headers, byte[] body) {
    int mark = target.indexOf('?');
    Headers all = Headers.of(headers);
    all.set("Host", "127.0.0.1:9000");
    return new WireRequest(
        method,
        mark < 0 ? target : target.substring(0, mark),
        mark < 0 ? "" : target.substring(mark + 1),
        all,
        body);
  }

  static WireRequest sign(WireRequest request, String service) {
    return new SigV4Signer(KEY, "us-east-1", InstantSource.fixed(NOW)).sign(request, service);
  }

  static WireRequest lambda(String method, String target, String body) {
    return sign(request(method, target, body), "lambda");
  }

  /** The answer of an endpoint whose operations answer as a whole. */
  static WireResponse serve(AwsEndpoint endpoint, WireRequest request) {
    return (WireResponse) endpoint.serve(request);
  }

  static String body(WireResponse response) {
    return new String(response.body(), UTF_8);
  }
}
