package io.mayfly.aws;

import io.mayfly.aws.Credentials.AccessKey;
import io.mayfly.aws.SigV4.Scope;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checks AWS Signature Version 4, in the {@code Authorization} header or a presigned query string.
 * Safe for use by many threads.
 *
 * <p>Beside AWS's rules: every {@code x-amz-} header present must be signed, because some of them
 * (target, token, copy source) change what a request means.
 */
public final class SigV4Verifier {
  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final int LONGEST_PRESIGNED_SECONDS = 7 * 24 * 3600;
  private static final int MOST_KEYS_CACHED = 1000;
  // These services have one endpoint for the world, which signs for this region.
  private static final Set<String> GLOBAL_SERVICES = Set.of("iam", "sts");
  private static final String GLOBAL_REGION = "us-east-1";

  private final Credentials credentials;
  private final String region;
  private final InstantSource clock;
  private final Map<KeyScope, byte[]> signingKeys = new ConcurrentHashMap<>();

  /**
   * A request whose signature is right.
   *
   * @param request the request with its body as the client means it: what came in signed chunks is
   *     put together
   */
  public record Signed(Caller caller, WireRequest request) {}

  private record KeyScope(String accessKeyId, String secretKey, Scope scope) {}

  /** A signature as the request gives it. */
  private record Claim(
      String accessKeyId,
      Scope scope,
      List<String> signedHeaders,
      String signature,
      String timestamp,
      Optional<String> token,
      Optional<Duration> validity) {
    boolean presigned() {
      return validity.isPresent();
    }
  }

  /**
   * @param region the region that requests must be signed for
   */
  public SigV4Verifier(Credentials credentials, String region, InstantSource clock) {
    this.credentials = credentials;
    this.region = region;
    this.clock = clock;
  }

  /**
   * Who signed {@code request} for {@code service}.
   *
   * @throws AwsException with status 403 if it is unsigned, badly signed, too old or of an unknown
   *     key; with 400 if it is in chunks that cannot be read
   */
  public Signed verify(WireRequest request, String service, String requestId) {
    Claim claim = claim(request);
    checkScope(claim, service);
    checkSignedHeaders(request, claim);
    checkTime(claim);
    AccessKey key =
        credentials
            .find(claim.accessKeyId(), claim.token())
            .orElseThrow(SigV4Errors::unrecognizedClient);
    checkToken(key, claim);
    String canonical =
        SigV4.canonicalRequest(
            request,
            service,
            claim.signedHeaders(),
            payloadHash(request, service, claim),
            claim.presigned());
    byte[] signingKey = signingKey(key, claim.scope());
    String expected =
        SigV4.signature(
            signingKey, SigV4.stringToSign(claim.timestamp(), claim.scope(), canonical));
    if (!SigV4.sameSecret(expected, claim.signature())) {
      throw SigV4Errors.mismatch();
    }
    return new Signed(
        new Caller(
            key.principal(),
            key.accessKeyId(),
            claim.scope().region(),
            requestId,
            request.headers().first("host").orElse("localhost"),
            request.headers().first("x-amzn-trace-id")),
        ChunkedPayload.isOne(request)
            ? ChunkedPayload.decode(request, signingKey, claim.timestamp(), claim.scope(), expected)
            : request);
  }

  private static Claim claim(WireRequest request) {
    List<String> authorization = request.headers().all("authorization");
    if (authorization.size() > 1) {
      throw SigV4Errors.incomplete("There is more than one Authorization header.");
    }
    if (!authorization.isEmpty()) {
      return headerClaim(request, authorization.getFirst());
    }
    if (request.query().contains("X-Amz-")) {
      QueryString query = QueryString.parse(request.query());
      if (query.has("X-Amz-Signature") || query.has("X-Amz-Credential")) {
        return queryClaim(query);
      }
    }
    throw SigV4Errors.missingToken();
  }

  private static Claim headerClaim(WireRequest request, String authorization) {
    String trimmed = authorization.strip();
    if (!trimmed.startsWith(SigV4.ALGORITHM + " ")) {
      throw SigV4Errors.incomplete(
          "Unsupported AWS 'algorithm': '" + Texts.shorten(trimmed.split("\\s", 2)[0]) + "'.");
    }
    Map<String, String> parts = new LinkedHashMap<>();
    for (String part : trimmed.substring(SigV4.ALGORITHM.length()).split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw SigV4Errors.incomplete(
            "'"
                + Texts.shorten(part.strip())
                + "' not a valid key=value pair (missing equal-sign) in Authorization header.");
      }
      parts.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
    }
    StringBuilder missing = new StringBuilder();
    for (String name : List.of("Credential", "Signature", "SignedHeaders")) {
      if (parts.getOrDefault(name, "").isEmpty()) {
        missing.append("Authorization header requires '").append(name).append("' parameter. ");
      }
    }
    Headers headers = request.headers();
    Optional<String> timestamp = headers.first("x-amz-date").or(() -> httpDate(headers));
    if (timestamp.isEmpty()) {
      missing.append(
          "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
    }
    if (!missing.isEmpty()) {
      throw SigV4Errors.incomplete(missing.toString().strip());
    }
    return claim(
        parts.getOrDefault("Credential", ""),
        parts.getOrDefault("SignedHeaders", ""),
        parts.getOrDefault("Signature", ""),
        timestamp.orElse(""),
        headers.first("x-amz-security-token"),
        Optional.empty());
  }

  private static Optional<String> httpDate(Headers headers) {
    try {
      return headers
          .first("date")
          .map(date -> SigV4Signer.TIMESTAMP.format(TimestampFormat.RFC822.read(date.strip())));
    } catch (DateTimeException invalid) {
      return Optional.empty();
    }
  }

  private static Claim queryClaim(QueryString query) {
    if (!query.first("X-Amz-Algorithm").orElse("").equals(SigV4.ALGORITHM)) {
      throw SigV4Errors.incomplete("AWS query-string parameters must include 'X-Amz-Algorithm'.");
    }
    for (String name :
        List.of(
            "X-Amz-Credential",
            "X-Amz-Signature",
            "X-Amz-SignedHeaders",
            "X-Amz-Date",
            "X-Amz-Expires")) {
      if (query.all(name).size() != 1) {
        throw SigV4Errors.incomplete(
            "AWS query-string parameters must include '" + name + "' exactly once.");
      }
    }
    return claim(
        query.first("X-Amz-Credential").orElse(""),
        query.first("X-Amz-SignedHeaders").orElse(""),
        query.first("X-Amz-Signature").orElse(""),
        query.first("X-Amz-Date").orElse(""),
        query.first("X-Amz-Security-Token"),
        Optional.of(validity(query.first("X-Amz-Expires").orElse(""))));
  }

  private static Duration validity(String text) {
    try {
      int seconds = Integer.parseInt(text);
      if (seconds >= 0 && seconds <= LONGEST_PRESIGNED_SECONDS) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException notNumber) {
      // Said below, with the values that are too small or large.
    }
    throw SigV4Errors.incomplete("X-Amz-Expires must be a number of seconds from 0 to 604800.");
  }

  private static Claim claim(
      String credential,
      String signedHeaders,
      String signature,
      String timestamp,
      Optional<String> token,
      Optional<Duration> validity) {
    String[] parts = credential.split("/", -1);
    if (parts.length < 5) {
      throw SigV4Errors.incomplete(
          "Credential must have at least 5 slash-delimited elements, but it has "
              + parts.length
              + ".");
    }
    int end = parts.length;
    if (!parts[end - 1].equals(SigV4.TERMINATOR)) {
      throw SigV4Errors.invalid(
          "Credential should be scoped with a valid terminator: 'aws4_request', not '"
              + Texts.shorten(parts[end - 1])
              + "'.");
    }
    String accessKeyId = String.join("/", Arrays.asList(parts).subList(0, end - 4));
    Scope scope = new Scope(parts[end - 4], parts[end - 3], parts[end - 2]);
    return new Claim(
        accessKeyId,
        scope,
        List.of(signedHeaders.split(";", -1)),
        signature,
        timestamp,
        token,
        validity);
  }

  private void checkScope(Claim claim, String service) {
    Scope scope = claim.scope();
    boolean rightRegion =
        scope.region().equals(region)
            || (GLOBAL_SERVICES.contains(service) && scope.region().equals(GLOBAL_REGION));
    if (!rightRegion) {
      throw SigV4Errors.invalid(
          "Credential should be scoped to a valid region, not '"
              + Texts.shorten(scope.region())
              + "'. This platform is '"
              + region
              + "'.");
    }
    if (!scope.service().equals(service)) {
      throw SigV4Errors.invalid(
          "Credential should be scoped to correct service: '" + service + "'.");
    }
    String timestamp = claim.timestamp();
    if (!timestamp.startsWith(scope.date()) || scope.date().length() != 8) {
      throw SigV4Errors.invalid(
          "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from"
              + " HTTP: '"
              + Texts.shorten(scope.date())
              + "' != '"
              + Texts.shorten(timestamp.substring(0, Math.min(8, timestamp.length())))
              + "'.");
    }
  }

  private static void checkSignedHeaders(WireRequest request, Claim claim) {
    List<String> signed = claim.signedHeaders();
    if (!List.copyOf(new TreeSet<>(signed)).equals(signed)) {
      throw SigV4Errors.incomplete("SignedHeaders must be sorted and hold no name twice.");
    }
    if (!signed.contains("host")) {
      throw SigV4Errors.invalid(
          "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    }
    Set<String> names = Set.copyOf(signed);
    for (String name : request.headers().names()) {
      boolean mustBeSigned = name.startsWith("x-amz-") && !name.equals("x-amz-user-agent");
      if (mustBeSigned && !names.contains(name)) {
        throw SigV4Errors.invalid(
            "'" + Texts.shorten(name) + "' must be a 'SignedHeader' in the AWS Authorization.");
      }
    }
  }

  private void checkTime(Claim claim) {
    Instant signedAt;
    try {
      signedAt =
          LocalDateTime.parse(claim.timestamp(), SigV4Signer.TIMESTAMP).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException invalid) {
      throw SigV4Errors.incomplete(
          "Date must be in ISO-8601 'basic format'. Got '"
              + Texts.shorten(claim.timestamp())
              + "'. See http://en.wikipedia.org/wiki/ISO_8601");
    }
    Instant now = clock.instant();
    Duration before = claim.validity().orElse(SKEW);
    if (signedAt.isBefore(now.minus(before))) {
      throw SigV4Errors.invalid(
          "Signature expired: "
              + claim.timestamp()
              + " is now earlier than "
              + SigV4Signer.TIMESTAMP.format(now.minus(before))
              + " ("
              + SigV4Signer.TIMESTAMP.format(now)
              + " - "
              + (claim.presigned()
                  ? before.toSeconds() + " sec.)"
                  : before.toMinutes() + " min.)"));
    }
    if (signedAt.isAfter(now.plus(SKEW))) {
      throw SigV4Errors.invalid(
          "Signature not yet current: "
              + claim.timestamp()
              + " is still later than "
              + SigV4Signer.TIMESTAMP.format(now.plus(SKEW))
              + " ("
              + SigV4Signer.TIMESTAMP.format(now)
              + " + 5 min.)");
    }
  }

  private static void checkToken(AccessKey key, Claim claim) {
    boolean same = SigV4.sameSecret(key.sessionToken().orElse(""), claim.token().orElse(""));
    if (!same) {
      throw SigV4Errors.unrecognizedClient();
    }
  }

  private static String payloadHash(WireRequest request, String service, Claim claim) {
    Optional<String> declared = request.headers().first("x-amz-content-sha256");
    if (declared.isEmpty() && claim.presigned() && service.equals("s3")) {
      return SigV4.UNSIGNED_PAYLOAD;
    }
    if (declared.isPresent() && declared.get().equals(SigV4.UNSIGNED_PAYLOAD)) {
      return SigV4.UNSIGNED_PAYLOAD;
    }
    if (ChunkedPayload.isOne(request)) {
      return declared.orElseThrow();
    }
    String actual = SigV4.sha256Hex(request.body());
    if (declared.isPresent() && !declared.get().equals(actual)) {
      throw SigV4Errors.invalid(
          "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }
    return actual;
  }

  private byte[] signingKey(AccessKey key, Scope scope) {
    KeyScope keyScope = new KeyScope(key.accessKeyId(), key.secretKey(), scope);
    byte[] known = signingKeys.get(keyScope);
    if (known != null) {
      return known;
    }
    byte[] derived = SigV4.signingKey(key.secretKey(), scope);
    // Only known keys and days around today come here, so this is a bound for long lives, and
    // emptying everything is cheap enough.
    if (signingKeys.size() >= MOST_KEYS_CACHED) {
      signingKeys.clear();
    }
    signingKeys.put(keyScope, derived);
    return derived;
  }
}
