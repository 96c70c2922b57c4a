package io.mayfly.dispatch;

import io.mayfly.model.ResponseSink;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a function answers, for a caller who reads it as it comes.
 *
 * <p>One thread reads, and waits for what comes; it is a virtual one. What it has not read is held,
 * no more of it than a window, because the handler has to wait then. A caller that is gone closes
 * it: the rest is dropped, and the call goes on.
 */
public final class StreamedResponse implements AutoCloseable {
  private static final int LEAST_BUFFER = 4 * 1024;

  private final CompletableFuture<Optional<String>> begun = new CompletableFuture<>();
  private final CompletableFuture<InvokeResult> result = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();

  /** What has come and has not been read. */
  private byte[] waiting = {};

  private int waitingBytes;

  /** What was read last; it is taken once more is asked for. */
  private int reading;

  private volatile ResponseSink.Flow flow = bytes -> {};
  private boolean complete;
  private boolean over;
  private boolean closed;

  StreamedResponse() {}

  /**
   * Completes once it is known whether the response is a stream: with its media type, or empty if
   * it is none; the result has it then. Completes exceptionally if the function cannot be run, as
   * {@link Dispatcher#submit} does. On a thread that must not block.
   */
  public CompletableFuture<Optional<String>> begun() {
    return begun;
  }

  /** Completes when the call is over, which may be before or after the stream has been read. */
  public CompletableFuture<InvokeResult> result() {
    return result;
  }

  /** Where the call sends its response. */
  ResponseSink sink() {
    return new ResponseSink() {
      @Override
      public void begin(String contentType, Flow source) {
        StreamedResponse.this.begin(contentType, source);
      }

      @Override
      public void chunk(byte[] bytes) {
        add(bytes);
      }

      @Override
      public void end() {
        finish(true);
      }
    };
  }

  /** The call is over. */
  void end(InvokeResult ended) {
    finish(ended.failure().isEmpty());
    result.complete(ended);
    begun.complete(Optional.empty());
  }

  /** There is no result. */
  void fail(Throwable why) {
    finish(false);
    result.completeExceptionally(why);
    begun.completeExceptionally(why);
  }

  private void begin(String contentType, ResponseSink.Flow source) {
    flow = source;
    begun.complete(Optional.of(contentType));
  }

  private void add(byte[] bytes) {
    lock.lock();
    try {
      if (!closed) {
        hold(bytes);
        news.signal();
        return;
      }
    } finally {
      lock.unlock();
    }
    flow.taken(bytes.length);
  }

  /** Many small chunks take no more memory than a large one. */
  private void hold(byte[] bytes) {
    int filled = waitingBytes + bytes.length;
    if (filled > waiting.length) {
      waiting =
          Arrays.copyOf(waiting, Math.max(filled, Math.max(LEAST_BUFFER, 2 * waiting.length)));
    }
    System.arraycopy(bytes, 0, waiting, waitingBytes, bytes.length);
    waitingBytes = filled;
  }

  private void finish(boolean whole) {
    lock.lock();
    try {
      if (!over) {
        over = true;
        complete = whole;
      }
      news.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * What has come since the last time, for which this waits; an interrupt is kept for later. What
   * was read before is taken to have been used.
   *
   * @return empty at the end, of which {@link #complete} tells whether it is the handler's
   */
  public Optional<byte[]> read() {
    taken();
    lock.lock();
    try {
      while (waitingBytes == 0 && !over && !closed) {
        news.awaitUninterruptibly();
      }
      if (waitingBytes == 0) {
        return Optional.empty();
      }
      byte[] read = waitingBytes == waiting.length ? waiting : Arrays.copyOf(waiting, waitingBytes);
      reading = waitingBytes;
      waiting = new byte[0];
      waitingBytes = 0;
      return Optional.of(read);
    } finally {
      lock.unlock();
    }
  }

  /** Whether all of the response has come, at the end of what can be read. */
  public boolean complete() {
    lock.lock();
    try {
      return complete;
    } finally {
      lock.unlock();
    }
  }

  private void taken() {
    int bytes;
    lock.lock();
    try {
      bytes = reading;
      reading = 0;
    } finally {
      lock.unlock();
    }
    if (bytes > 0) {
      flow.taken(bytes);
    }
  }

  /** Nobody reads any more. */
  @Override
  public void close() {
    int dropped;
    lock.lock();
    try {
      closed = true;
      dropped = reading + waitingBytes;
      reading = 0;
      waiting = new byte[0];
      waitingBytes = 0;
    } finally {
      lock.unlock();
    }
    if (dropped > 0) {
      flow.taken(dropped);
    }
  }
}
