package io.mayfly.aws;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Undoes the compression of a request's body, for the operations whose model allows one (Smithy's
 * {@code requestCompression}). What comes out is bounded: a kilobyte can hold a megabyte.
 */
final class ContentCoding {
  private static final int LONGEST = 8 * 1024 * 1024;

  private ContentCoding() {}

  /**
   * The body as it was before the client compressed it.
   *
   * @throws AwsException if it is not what {@code Content-Encoding} says, or too long
   */
  static byte[] body(Route route) {
    return route.operation().compressible() ? body(route.request()) : route.request().body();
  }

  /**
   * The body as it was before the client compressed it, whichever the operation.
   *
   * @throws AwsException if it is not what {@code Content-Encoding} says, or too long
   */
  static byte[] body(WireRequest request) {
    byte[] body = request.body();
    List<String> values = request.headers().all("content-encoding");
    if (body.length == 0 || values.isEmpty()) {
      return body;
    }
    List<String> codings = HeaderLists.split(values);
    return !codings.isEmpty() && codings.getLast().equalsIgnoreCase("gzip") ? gunzip(body) : body;
  }

  private static byte[] gunzip(byte[] compressed) {
    try (InputStream stream = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      byte[] body = stream.readNBytes(LONGEST);
      if (stream.read() >= 0) {
        throw new AwsException(
            "RequestEntityTooLargeException",
            413,
            "The body is longer than " + LONGEST + " bytes when decompressed");
      }
      return body;
    } catch (IOException broken) {
      throw AwsException.serialization("the body is not the gzip that Content-Encoding names");
    }
  }
}
