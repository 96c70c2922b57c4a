package io.mayfly.gateway;

import java.util.Arrays;
import java.util.Optional;

/**
 * What comes before the body of a streamed response: nothing, or, if its media type says so, status
 * and headers as JSON and eight bytes of zero, for which it looks while the stream comes.
 */
final class StreamedHead {
  /** What {@code awslambda.HttpResponseStream.from} calls a stream that begins with metadata. */
  private static final String INTEGRATION = "application/vnd.awslambda.http-integration-response";

  private static final String BYTES = "application/octet-stream";
  private static final int DELIMITER = 8;

  /** Headers of more than that would not be sent either. */
  private static final int MOST_BYTES = 64 * 1024;

  private final String mediaType;
  private byte[] come = {};

  /** Where the metadata ends; -1 while that is not known. */
  private int end = -1;

  StreamedHead(String mediaType) {
    this.mediaType = mediaType;
  }

  private boolean integration() {
    return mediaType.equals(INTEGRATION);
  }

  /** Takes more of the stream; false if this is no beginning of one. */
  boolean add(byte[] more) {
    int before = come.length;
    come = Arrays.copyOf(come, before + more.length);
    System.arraycopy(more, 0, come, before, more.length);
    if (!integration()) {
      return true;
    }
    // JSON has no zeros in it.
    int at = before;
    while (end < 0 && at < come.length) {
      end = come[at] == 0 ? at : -1;
      at++;
    }
    return end < 0 ? come.length <= MOST_BYTES : end <= MOST_BYTES && isDelimited();
  }

  private boolean isDelimited() {
    for (int at = end; at < Math.min(come.length, end + DELIMITER); at++) {
      if (come[at] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether all of it has come. */
  boolean complete() {
    return !integration() || (end >= 0 && come.length >= end + DELIMITER);
  }

  /** What the body is, unless the metadata have a header for it. */
  String contentType() {
    return integration() ? BYTES : mediaType;
  }

  /** The metadata, if the stream begins with any. To be asked for when this is complete. */
  Optional<byte[]> metadata() {
    return integration() ? Optional.of(Arrays.copyOf(come, end)) : Optional.empty();
  }

  /** What has come of the body. To be asked for when this is complete. */
  byte[] rest() {
    return integration() ? Arrays.copyOfRange(come, end + DELIMITER, come.length) : come;
  }
}
