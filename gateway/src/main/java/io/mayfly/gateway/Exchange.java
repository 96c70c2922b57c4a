package io.mayfly.gateway;

import io.mayfly.aws.WireResponse;
import io.mayfly.aws.WireStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way to its answer, which may come on any thread; and what its body holds of a
 * budget until then.
 */
final class Exchange {
  /** Statuses of responses that have no body (RFC 9110, section 6.4.1). */
  private static final Set<Integer> BODILESS = Set.of(204, 304);

  private final Request request;
  private final Response response;
  private final Callback callback;
  private @Nullable Semaphore budget;
  private final AtomicInteger held = new AtomicInteger();
  private volatile @Nullable ChunkedBody chunks;

  Exchange(Request request, Response response, Callback callback) {
    this.request = request;
    this.response = response;
    this.callback = callback;
  }

  Request request() {
    return request;
  }

  /** So many permits are given back once there is an answer. To be called before that. */
  void hold(Semaphore taken, int permits) {
    budget = taken;
    held.set(permits);
  }

  /** Gives back at once what is held beyond so much. */
  void holdOnly(int permits) {
    Semaphore taken = budget;
    if (taken != null) {
      taken.release(held.getAndSet(permits) - permits);
    }
  }

  /** Answers, now or once the answer is known. */
  void send(HttpResponse answer) {
    switch (answer) {
      case HttpResponse.Whole whole -> {
        holdOnly(0);
        WireResponse wire = whole.wire();
        response.setStatus(wire.status());
        wire.headers().forEach(response.getHeaders()::add);
        response.write(true, ByteBuffer.wrap(wire.body()), callback);
      }
      case HttpResponse.Streamed streamed -> stream(streamed);
      case HttpResponse.Later later -> {
        var _ =
            later
                .answer()
                .whenComplete(
                    (known, failure) -> {
                      if (failure != null) {
                        fail(failure);
                      } else if (known instanceof HttpResponse.Streamed) {
                        Thread.ofVirtual().name("stream").start(() -> sendOrFail(known));
                      } else {
                        sendOrFail(known);
                      }
                    });
      }
    }
  }

  /** Nobody sees what is thrown where an answer comes late. */
  private void sendOrFail(HttpResponse answer) {
    try {
      send(answer);
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void stream(HttpResponse.Streamed streamed) {
    holdOnly(0);
    response.setStatus(streamed.status());
    streamed.headers().forEach(response.getHeaders()::add);
    boolean chunked = takesChunks(streamed.status());
    if (chunked) {
      // Jetty would end the body with the connection, if that is to be closed.
      response.getHeaders().put(HttpHeader.TRANSFER_ENCODING, "chunked");
    }
    OutputStream target = Content.Sink.asOutputStream(response);
    try (WireStream.Body body = streamed.body()) {
      target.flush();
      if (!BODILESS.contains(streamed.status())) {
        body.writeTo(chunked ? chunks() : target);
      }
      // Only now: closing says that this was all of the body.
      target.close();
    } catch (IOException | RuntimeException e) {
      callback.failed(e);
      return;
    }
    callback.succeeded();
  }

  private boolean takesChunks(int status) {
    return request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1
        && !HttpMethod.HEAD.is(request.getMethod())
        && !BODILESS.contains(status);
  }

  private ChunkedBody chunks() {
    ChunkedBody made =
        new ChunkedBody(request.getConnectionMetaData().getConnection().getEndPoint());
    chunks = made;
    return made;
  }

  /** Nothing has moved for as long as a connection may be idle; a handler may think that long. */
  void idle() {
    ChunkedBody known = chunks;
    if (known != null) {
      known.giveUp();
    }
  }

  /** Answers that something went wrong here. */
  void fail(Throwable failure) {
    holdOnly(0);
    Response.writeError(request, response, callback, failure);
  }
}
