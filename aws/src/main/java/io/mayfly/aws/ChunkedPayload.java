package io.mayfly.aws;

import io.mayfly.aws.SigV4.Scope;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A body in the coding {@code aws-chunked}: each chunk is signed after the one before it, or none
 * is; checksums may follow as trailers ("Signature calculations for the Authorization header:
 * transferring payload in multiple chunks" of the S3 API reference). Read by one thread, once.
 */
final class ChunkedPayload {
  /** What {@code x-amz-content-sha256} begins with when the body is of this coding. */
  static final String PREFIX = "STREAMING-";

  private static final String SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  private static final String SIGNED_TRAILER = SIGNED + "-TRAILER";
  private static final String UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  private static final String CODING = "aws-chunked";
  private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";

  /** S3's own bound, so that a body costs a bounded number of signatures. */
  private static final int LEAST_SIGNED_CHUNK = 8192;

  private static final int LONGEST_LINE = 1024;
  private static final int MOST_TRAILERS = 16;
  private static final int FORBIDDEN = 403;
  private static final int BAD_REQUEST = 400;

  private final WireRequest request;
  private final Optional<Signatures> signatures;
  private final boolean trailers;
  private int at;

  /** The chain of signatures, each of which covers the one before it. */
  private static final class Signatures {
    private final byte[] key;
    private final String timestamp;
    private final Scope scope;
    private String last;

    Signatures(byte[] key, String timestamp, Scope scope, String seed) {
      this.key = key;
      this.timestamp = timestamp;
      this.scope = scope;
      this.last = seed;
    }

    void checkChunk(byte[] chunk, String given) {
      check("PAYLOAD", SigV4.sha256Hex(new byte[0]) + '\n' + SigV4.sha256Hex(chunk), given);
    }

    void checkTrailers(String trailers, String given) {
      check("TRAILER", SigV4.sha256Hex(SigV4.utf8(trailers)), given);
    }

    private void check(String kind, String hashes, String given) {
      String expected =
          SigV4.signature(
              key,
              String.join(
                  "\n", SigV4.ALGORITHM + "-" + kind, timestamp, scope.toString(), last, hashes));
      if (!SigV4.sameSecret(expected, given)) {
        throw SigV4Errors.mismatch();
      }
      last = expected;
    }
  }

  private ChunkedPayload(WireRequest request, Optional<Signatures> signatures, boolean trailers) {
    this.request = request;
    this.signatures = signatures;
    this.trailers = trailers;
  }

  /** Whether a request's {@code x-amz-content-sha256} says that its body is of this coding. */
  static boolean isOne(WireRequest request) {
    return request.headers().first("x-amz-content-sha256").orElse("").startsWith(PREFIX);
  }

  /**
   * The request with its body as it was before it was cut into chunks, and without the headers that
   * tell of them.
   *
   * @param key the signing key of the scope
   * @param seed the signature of the request's headers, already found right
   * @throws AwsException if a chunk or the trailers are not what was signed, or are broken
   */
  static WireRequest decode(
      WireRequest request, byte[] key, String timestamp, Scope scope, String seed) {
    Signatures chain = new Signatures(key, timestamp, scope, seed);
    ChunkedPayload payload =
        switch (request.headers().first("x-amz-content-sha256").orElse("")) {
          case SIGNED -> new ChunkedPayload(request, Optional.of(chain), false);
          case SIGNED_TRAILER -> new ChunkedPayload(request, Optional.of(chain), true);
          case UNSIGNED_TRAILER -> new ChunkedPayload(request, Optional.empty(), true);
          default ->
              throw broken(
                  "x-amz-content-sha256 must be a SHA-256 hash, UNSIGNED-PAYLOAD, "
                      + SIGNED
                      + ", "
                      + SIGNED_TRAILER
                      + " or "
                      + UNSIGNED_TRAILER);
        };
    return payload.decoded();
  }

  private WireRequest decoded() {
    byte[] body = chunks();
    Map<String, String> followed = trailers ? trailers() : end();
    if (at != request.body().length) {
      throw broken("there is more after the last chunk");
    }
    checkLength(body.length);
    checkTrailerNames(followed.keySet());
    followed.forEach((name, value) -> PayloadChecksum.check(name, value, body));
    return new WireRequest(request.method(), request.path(), request.query(), headers(), body);
  }

  private byte[] chunks() {
    ByteArrayOutputStream body = new ByteArrayOutputStream(request.body().length);
    boolean small = false;
    while (true) {
      String line = line();
      int semicolon = line.indexOf(';');
      int size = size(semicolon < 0 ? line : line.substring(0, semicolon));
      if (size > request.body().length - at) {
        throw incomplete();
      }
      if (small && size > 0 && signatures.isPresent()) {
        throw new AwsException(
            "InvalidChunkSizeError",
            FORBIDDEN,
            "Only the last chunk is allowed to have a size less than 8192 bytes");
      }
      small = size < LEAST_SIGNED_CHUNK;
      byte[] chunk = new byte[size];
      System.arraycopy(request.body(), at, chunk, 0, size);
      at += size;
      String extension = semicolon < 0 ? "" : line.substring(semicolon + 1);
      signatures.ifPresent(chain -> chain.checkChunk(chunk, signature(extension)));
      if (size == 0) {
        return body.toByteArray();
      }
      body.writeBytes(chunk);
      if (!line().isEmpty()) {
        throw broken("a chunk is longer than it says");
      }
    }
  }

  private static String signature(String extension) {
    String name = "chunk-signature=";
    if (!extension.startsWith(name)) {
      throw broken("a chunk lacks its chunk-signature");
    }
    return extension.substring(name.length());
  }

  /** After the last chunk comes an empty line, which some clients leave out. */
  private Map<String, String> end() {
    if (at < request.body().length && !line().isEmpty()) {
      throw broken("trailers were not announced");
    }
    return Map.of();
  }

  private Map<String, String> trailers() {
    Map<String, String> found = new HashMap<>();
    StringBuilder canonical = new StringBuilder();
    String signature = "";
    while (at < request.body().length) {
      String line = line();
      if (line.isEmpty()) {
        break;
      }
      int colon = line.indexOf(':');
      if (colon < 1 || found.size() == MOST_TRAILERS) {
        throw broken("the trailers cannot be read");
      }
      String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      String value = line.substring(colon + 1).strip();
      if (name.equals(TRAILER_SIGNATURE)) {
        signature = value;
        continue;
      }
      if (found.put(name, value) != null) {
        throw broken("a trailer is there twice");
      }
      canonical.append(name).append(':').append(value).append('\n');
    }
    String given = signature;
    signatures.ifPresent(chain -> chain.checkTrailers(canonical.toString(), given));
    return found;
  }

  /** What comes before the next line end, which is passed. */
  private String line() {
    byte[] body = request.body();
    for (int end = at; end + 1 < body.length && end - at <= LONGEST_LINE; end++) {
      if (body[end] == '\r' && body[end + 1] == '\n') {
        String line = new String(body, at, end - at, StandardCharsets.ISO_8859_1);
        at = end + 2;
        return line;
      }
    }
    throw body.length - at > LONGEST_LINE ? broken("a line is too long") : incomplete();
  }

  private static int size(String hex) {
    boolean digits = !hex.isEmpty() && hex.length() <= 8;
    for (int i = 0; digits && i < hex.length(); i++) {
      digits = Character.digit(hex.charAt(i), 16) >= 0 && hex.charAt(i) < 128;
    }
    long size = digits ? Long.parseLong(hex, 16) : -1;
    if (size < 0 || size > Integer.MAX_VALUE) {
      throw broken("a chunk's size is not a hexadecimal number");
    }
    return (int) size;
  }

  private void checkLength(int length) {
    Optional<String> declared = request.headers().first("x-amz-decoded-content-length");
    if (declared.isEmpty()) {
      throw new AwsException(
          "MissingContentLength",
          411,
          "You must provide the x-amz-decoded-content-length HTTP header.");
    }
    if (!declared.get().strip().equals(Integer.toString(length))) {
      throw incomplete();
    }
  }

  private void checkTrailerNames(Set<String> found) {
    Set<String> announced = new HashSet<>();
    HeaderLists.split(request.headers().all("x-amz-trailer"))
        .forEach(name -> announced.add(name.toLowerCase(Locale.ROOT)));
    if (!announced.equals(found)) {
      throw broken("the trailers are not those that x-amz-trailer names");
    }
  }

  private Headers headers() {
    Headers headers = new Headers();
    request
        .headers()
        .forEach(
            (name, value) -> {
              switch (name) {
                case "content-encoding", "content-length" -> {}
                default -> headers.add(name, value);
              }
            });
    List<String> codings =
        new ArrayList<>(HeaderLists.split(request.headers().all("content-encoding")));
    codings.removeIf(CODING::equalsIgnoreCase);
    if (!codings.isEmpty()) {
      headers.set("content-encoding", String.join(",", codings));
    }
    return headers;
  }

  private static AwsException broken(String why) {
    return new AwsException(
        "InvalidRequest", BAD_REQUEST, "The aws-chunked body cannot be read: " + why + ".");
  }

  private static AwsException incomplete() {
    return new AwsException(
        "IncompleteBody",
        BAD_REQUEST,
        "The request body terminated unexpectedly, or is not as long as its headers say.");
  }
}
