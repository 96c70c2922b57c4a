package io.mayfly.aws;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The parts of AWS Signature Version 4 that signing and verifying share: the canonical request, the
 * string to sign, the signing key and the signature ("Create a signed AWS API request" in the IAM
 * user guide).
 */
final class SigV4 {
  static final String ALGORITHM = "AWS4-HMAC-SHA256";
  static final String TERMINATOR = "aws4_request";
  static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";

  private static final HexFormat HEX = HexFormat.of();

  private SigV4() {}

  /** Where and when a signature holds. */
  record Scope(String date, String region, String service) {
    @Override
    public String toString() {
      return date + "/" + region + "/" + service + "/" + TERMINATOR;
    }
  }

  /** Whether the request carries a signature of any kind. */
  static boolean isSigned(WireRequest request) {
    return request.headers().first("authorization").isPresent()
        || request.query().contains("X-Amz-Signature=")
        || request.query().contains("X-Amz-Credential=");
  }

  /** The service that the credential scope names, unverified. */
  static Optional<String> serviceOf(WireRequest request) {
    String credential = "";
    Optional<String> header = request.headers().first("authorization");
    if (header.isPresent()) {
      int start = header.get().indexOf("Credential=");
      if (start >= 0) {
        int comma = header.get().indexOf(',', start);
        credential =
            header.get().substring(start + 11, comma < 0 ? header.get().length() : comma).strip();
      }
    } else if (request.query().contains("X-Amz-Credential=")) {
      credential = QueryString.parse(request.query()).first("X-Amz-Credential").orElse("");
    }
    String[] parts = credential.split("/", -1);
    return parts.length >= 5 && !parts[parts.length - 2].isEmpty()
        ? Optional.of(parts[parts.length - 2])
        : Optional.empty();
  }

  /**
   * The canonical request.
   *
   * @param signedHeaders the names in lower case, in the order in which they were signed
   * @param withoutSignature whether {@code X-Amz-Signature} is left out of the query string
   */
  static String canonicalRequest(
      WireRequest request,
      String service,
      List<String> signedHeaders,
      String payloadHash,
      boolean withoutSignature) {
    StringBuilder canonical = new StringBuilder(512);
    canonical.append(request.method()).append('\n');
    canonical.append(canonicalPath(request.path(), service)).append('\n');
    appendQuery(canonical, request.query(), withoutSignature);
    canonical.append('\n');
    for (String name : signedHeaders) {
      canonical.append(name).append(':');
      String separator = "";
      for (String value : request.headers().all(name)) {
        canonical.append(separator).append(fold(value));
        separator = ",";
      }
      canonical.append('\n');
    }
    canonical.append('\n').append(String.join(";", signedHeaders));
    return canonical.append('\n').append(payloadHash).toString();
  }

  /** S3 signs the path as it is sent; every other service encodes it once more. */
  private static String canonicalPath(String rawPath, String service) {
    if (service.equals("s3")) {
      // Per segment, so that an encoded slash stays one.
      return rawPath.isEmpty()
          ? "/"
          : Arrays.stream(rawPath.split("/", -1))
              .map(segment -> Percent.encode(Percent.decode(segment)))
              .collect(Collectors.joining("/"));
    }
    return Percent.encodePath(normalize(rawPath));
  }

  /** The path without empty, {@code .} and {@code ..} segments (RFC 3986, section 5.2.4). */
  private static String normalize(String path) {
    if (!path.contains("//") && !path.contains("/.")) {
      return path.isEmpty() ? "/" : path;
    }
    Deque<String> segments = new ArrayDeque<>();
    for (String segment : path.split("/", -1)) {
      if (segment.equals("..")) {
        segments.pollLast();
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        segments.addLast(segment);
      }
    }
    boolean slash = path.endsWith("/") || path.endsWith("/.") || path.endsWith("/..");
    String normal = "/" + String.join("/", segments);
    return slash && !segments.isEmpty() ? normal + "/" : normal;
  }

  private static void appendQuery(StringBuilder canonical, String rawQuery, boolean noSignature) {
    if (rawQuery.isEmpty()) {
      return;
    }
    QueryString query = QueryString.parse(rawQuery);
    List<String> pairs = new ArrayList<>();
    for (String key : query.keys()) {
      if (noSignature && key.equals("X-Amz-Signature")) {
        continue;
      }
      String encoded = Percent.encode(key);
      // A character below '=' may follow a key that is another's start, so pairs are sorted as
      // key and value, not as one text.
      query.all(key).forEach(value -> pairs.add(encoded + '\0' + Percent.encode(value)));
    }
    Collections.sort(pairs);
    String separator = "";
    for (String pair : pairs) {
      canonical.append(separator).append(pair.replace('\0', '='));
      separator = "&";
    }
  }

  /** A header's value without spaces at its ends and with single spaces within. */
  private static String fold(String value) {
    String stripped = value.strip();
    if (!stripped.contains("  ")) {
      return stripped;
    }
    StringBuilder folded = new StringBuilder(stripped.length());
    for (int i = 0; i < stripped.length(); i++) {
      if (stripped.charAt(i) != ' ' || stripped.charAt(i - 1) != ' ') {
        folded.append(stripped.charAt(i));
      }
    }
    return folded.toString();
  }

  static String stringToSign(String timestamp, Scope scope, String canonicalRequest) {
    return ALGORITHM + '\n' + timestamp + '\n' + scope + '\n' + sha256Hex(utf8(canonicalRequest));
  }

  /** The key that signs everything of one scope. */
  static byte[] signingKey(String secretKey, Scope scope) {
    byte[] dated = hmac(utf8("AWS4" + secretKey), scope.date());
    return hmac(hmac(hmac(dated, scope.region()), scope.service()), TERMINATOR);
  }

  static String signature(byte[] signingKey, String stringToSign) {
    return HEX.formatHex(hmac(signingKey, stringToSign));
  }

  static String sha256Hex(byte[] bytes) {
    try {
      return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(utf8(text));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has HmacSHA256", impossible);
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether two texts are equal, in a time that tells nothing of where they differ. */
  static boolean sameSecret(String one, String other) {
    return MessageDigest.isEqual(utf8(one), utf8(other));
  }

  static List<String> sorted(Collection<String> names) {
    return names.stream().sorted().toList();
  }
}
