package io.mayfly.aws;

import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** Signs requests with AWS Signature Version 4, in headers. Safe for use by many threads. */
public final class SigV4Signer {
  static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final Credentials.AccessKey key;
  private final String region;
  private final InstantSource clock;

  public SigV4Signer(Credentials.AccessKey key, String region, InstantSource clock) {
    this.key = key;
    this.region = region;
    this.clock = clock;
  }

  /**
   * Signs every header that {@code request} has; it must have {@code Host}.
   *
   * @param service the signing name, for example {@code lambda}
   * @return the same request with {@code X-Amz-Date}, {@code Authorization} and, for temporary
   *     keys, {@code X-Amz-Security-Token}
   */
  public WireRequest sign(WireRequest request, String service) {
    String timestamp = TIMESTAMP.format(clock.instant());
    Headers headers = new Headers();
    request.headers().forEach(headers::add);
    headers.set("x-amz-date", timestamp);
    key.sessionToken().ifPresent(token -> headers.set("x-amz-security-token", token));
    String payloadHash = SigV4.sha256Hex(request.body());
    if (service.equals("s3")) {
      headers.set("x-amz-content-sha256", payloadHash);
    }
    WireRequest dated =
        new WireRequest(request.method(), request.path(), request.query(), headers, request.body());
    List<String> names = SigV4.sorted(new ArrayList<>(headers.names()));
    SigV4.Scope scope = new SigV4.Scope(timestamp.substring(0, 8), region, service);
    String canonical = SigV4.canonicalRequest(dated, service, names, payloadHash, false);
    String signature =
        SigV4.signature(
            SigV4.signingKey(key.secretKey(), scope),
            SigV4.stringToSign(timestamp, scope, canonical));
    headers.set(
        "authorization",
        SigV4.ALGORITHM
            + " Credential="
            + key.accessKeyId()
            + "/"
            + scope
            + ", SignedHeaders="
            + String.join(";", names)
            + ", Signature="
            + signature);
    return dated;
  }

  /**
   * Signs in the query string, for an address that anybody who has it can fetch for a while.
   *
   * @param host the host name and port that the address will be fetched from
   * @param path the path, encoded
   * @param service the signing name
   * @param validity at most seven days
   * @return the query string
   */
  public String presign(
      String method, String host, String path, String service, Duration validity) {
    String timestamp = TIMESTAMP.format(clock.instant());
    SigV4.Scope scope = new SigV4.Scope(timestamp.substring(0, 8), region, service);
    StringBuilder query = new StringBuilder("X-Amz-Algorithm=").append(SigV4.ALGORITHM);
    query.append("&X-Amz-Credential=").append(Percent.encode(key.accessKeyId() + "/" + scope));
    query.append("&X-Amz-Date=").append(timestamp);
    query.append("&X-Amz-Expires=").append(validity.toSeconds());
    key.sessionToken()
        .ifPresent(token -> query.append("&X-Amz-Security-Token=").append(Percent.encode(token)));
    query.append("&X-Amz-SignedHeaders=host");
    WireRequest request =
        new WireRequest(
            method, path, query.toString(), new Headers().set("host", host), new byte[0]);
    String canonical =
        SigV4.canonicalRequest(
            request, service, List.of("host"), SigV4.sha256Hex(request.body()), false);
    String signature =
        SigV4.signature(
            SigV4.signingKey(key.secretKey(), scope),
            SigV4.stringToSign(timestamp, scope, canonical));
    return query.append("&X-Amz-Signature=").append(signature).toString();
  }
}
