package io.mayfly.dispatch;

import io.mayfly.model.Limits;
import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * A response that a handler streams: goes on to a caller who takes it as it comes, and is gathered
 * for any other. What comes past its limit, or when the call is over, is dropped, and the handler
 * may go on with it as long as its function may run.
 *
 * <p>Its own monitor guards it, because a call may end on another thread than chunks come on.
 */
final class StreamedAnswer {
  private final String contentType;
  private final ResponseSink.Flow flow;
  private final Optional<ResponseSink> caller;
  private final long limit;
  private ByteArrayOutputStream gathered = new ByteArrayOutputStream(0);
  private long bytes;
  private boolean over;

  /**
   * @param caller who takes it as it comes; empty to have it gathered
   */
  StreamedAnswer(String contentType, ResponseSink.Flow flow, Optional<ResponseSink> caller) {
    this.contentType = contentType;
    this.flow = flow;
    this.caller = caller;
    this.limit = caller.isPresent() ? Limits.STREAMED_RESPONSE_BYTES : Limits.RESPONSE_BYTES;
  }

  void begin() {
    caller.ifPresent(sink -> sink.begin(contentType, flow));
  }

  void chunk(byte[] chunk) {
    if (add(chunk) && caller.isPresent()) {
      caller.get().chunk(chunk);
    } else {
      flow.taken(chunk.length);
    }
  }

  /** Counts more of it; false if it is to be dropped. */
  private synchronized boolean add(byte[] chunk) {
    bytes += chunk.length;
    if (over || bytes > limit) {
      gathered = new ByteArrayOutputStream(0);
      return false;
    }
    if (caller.isEmpty()) {
      gathered.writeBytes(chunk);
    }
    return true;
  }

  void end() {
    if (isWhole()) {
      caller.ifPresent(ResponseSink::end);
    }
  }

  private synchronized boolean isWhole() {
    return !over && bytes <= limit;
  }

  /** What became of the call, whose end an instance has told. Nothing more is taken. */
  synchronized Outcome over(Outcome outcome) {
    over = true;
    if (!(outcome instanceof Outcome.Success)) {
      return outcome;
    }
    return bytes > limit
        ? new Outcome.ResponseTooLarge(bytes, limit)
        : new Outcome.Success(gathered.toByteArray(), contentType, true);
  }
}
