package io.mayfly.sandbox;

import io.mayfly.model.Outcome;
import io.mayfly.model.ResponseSink;
import io.mayfly.runtimes.frame.Frames;
import io.mayfly.runtimes.frame.GuestFrame;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A response that one of our guests streams: its frames come in their order, and no more bytes than
 * there is room for, which is a window at first and then what has been taken. So one call that is
 * not read neither fills the platform's memory nor keeps others of its connection waiting.
 *
 * <p>The thread that reads the connection gives it frames; any thread takes.
 */
final class GuestStream implements ResponseSink.Flow {
  /** What was sent is out of place. */
  static final class DisorderException extends IOException {
    private static final long serialVersionUID = 1;

    DisorderException(String message) {
      super(message);
    }
  }

  private enum Phase {
    DUE,
    OPEN,
    OVER
  }

  private final ResponseSink sink;
  private final IntConsumer grant;
  private Phase phase = Phase.DUE;

  /** How many bytes the guest may still send. */
  private final AtomicInteger room = new AtomicInteger(Frames.STREAM_WINDOW);

  /** What has been taken, and the guest does not know of. */
  private final AtomicInteger taken = new AtomicInteger();

  /**
   * @param grant tells the guest that it may send so many bytes more
   */
  GuestStream(ResponseSink sink, IntConsumer grant) {
    this.sink = sink;
    this.grant = grant;
  }

  void take(GuestFrame.Streamed part) throws DisorderException {
    switch (part) {
      case GuestFrame.Begin begin -> {
        require(Phase.DUE, part);
        phase = Phase.OPEN;
        sink.begin(begin.contentType(), this);
      }
      case GuestFrame.Chunk chunk -> {
        require(Phase.OPEN, part);
        if (room.addAndGet(-chunk.bytes().length) < 0) {
          throw new DisorderException("the runtime sent more of a stream than there was room for");
        }
        sink.chunk(chunk.bytes());
      }
      case GuestFrame.End _ -> {
        require(Phase.OPEN, part);
        phase = Phase.OVER;
        sink.end();
      }
    }
  }

  private void require(Phase wanted, GuestFrame part) throws DisorderException {
    if (phase != wanted) {
      throw new DisorderException(
          "the runtime sent %s of a stream that %s"
              .formatted(
                  part.getClass().getSimpleName(),
                  switch (phase) {
                    case DUE -> "has not begun";
                    case OPEN -> "has begun";
                    case OVER -> "is over";
                  }));
    }
  }

  /** How the call ended: a RESULT has nothing to add, and an ERROR comes in any phase. */
  Outcome outcome(GuestFrame last) {
    return last instanceof GuestFrame.Result result && result.payload().length > 0
        ? new Outcome.BadResponse("the runtime sent a response and a stream")
        : FramesChannel.outcome(last);
  }

  @Override
  public void taken(int bytes) {
    int due = taken.addAndGet(bytes);
    if (due >= Frames.STREAM_WINDOW / 2 && taken.compareAndSet(due, 0)) {
      // First known here: the guest may use it at once.
      room.addAndGet(due);
      grant.accept(due);
    }
  }
}
