package io.mayfly.gateway;

import io.mayfly.aws.WireStream;
import io.mayfly.dispatch.StreamedResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * A response that a handler streams, on its way to the client of a function URL. Everything here
 * waits for the handler, or for the client, on a virtual thread.
 */
final class FunctionUrlStream implements WireStream.Body {
  private final StreamedResponse response;
  private final StreamedHead head;
  private boolean brokenOff;

  FunctionUrlStream(StreamedResponse response, String mediaType) {
    this.response = response;
    this.head = new StreamedHead(mediaType);
  }

  /**
   * Waits until it is known how the response begins.
   *
   * @return empty if it describes none, or ended before; then the rest is dropped
   */
  Optional<FunctionUrlAnswer.Head> begin(FunctionUrlAnswer answers) {
    boolean good = true;
    while (good && !head.complete()) {
      Optional<byte[]> more = response.read();
      good = more.isPresent() && head.add(more.get());
      brokenOff = more.isEmpty() && !response.complete();
    }
    Optional<FunctionUrlAnswer.Head> begun = good ? answers.head(head) : Optional.empty();
    if (begun.isEmpty()) {
      response.close();
    }
    return begun;
  }

  /** Whether there is no beginning because the call failed before. */
  boolean brokenOff() {
    return brokenOff;
  }

  /** The body, from where the head has ended. */
  @Override
  public void writeTo(OutputStream target) throws IOException {
    Optional<byte[]> next = Optional.of(head.rest());
    while (next.isPresent()) {
      if (next.get().length > 0) {
        target.write(next.get());
      }
      next = response.read();
    }
    if (!response.complete()) {
      throw new IOException("the handler's response broke off");
    }
  }

  @Override
  public void close() {
    response.close();
  }
}
