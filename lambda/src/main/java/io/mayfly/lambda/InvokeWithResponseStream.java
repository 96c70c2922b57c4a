package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.EventStreamMessage;
import io.mayfly.aws.Headers;
import io.mayfly.aws.RawOperation;
import io.mayfly.aws.Route;
import io.mayfly.aws.WireAnswer;
import io.mayfly.aws.WireRequest;
import io.mayfly.aws.WireStream;
import io.mayfly.dispatch.Dispatcher;
import io.mayfly.dispatch.InvokeRequest;
import io.mayfly.dispatch.InvokeResult;
import io.mayfly.dispatch.StreamedResponse;
import io.mayfly.model.FunctionArn;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * {@code InvokeWithResponseStream}: the response as a stream of {@code PayloadChunk} events, as the
 * handler sends it, and {@code InvokeComplete} when the call is over. A response that comes as a
 * whole goes out in the same way.
 */
final class InvokeWithResponseStream implements RawOperation {
  /** How much of a response that is there as a whole goes into one event. */
  private static final int CHUNK_BYTES = 256 * 1024;

  private final InvokeRequests requests;
  private final Dispatcher dispatcher;

  InvokeWithResponseStream(InvokeRequests requests, Dispatcher dispatcher) {
    this.requests = requests;
    this.dispatcher = dispatcher;
  }

  @Override
  public WireAnswer handle(Route route, Caller caller) {
    WireRequest wire = route.request();
    FunctionArn arn = requests.function(route);
    String type = InvokeRequests.invocationType(wire);
    boolean tail = InvokeRequests.wantsTail(wire);
    return switch (type) {
      case "RequestResponse" -> stream(requests.of(arn, wire, caller), caller, tail);
      case "DryRun" -> requests.dryRun(arn, wire, caller);
      default -> throw InvokeRequests.invalid("invocationType", type, "[RequestResponse, DryRun]");
    };
  }

  private WireStream stream(InvokeRequest request, Caller caller, boolean tail) {
    StreamedResponse response = dispatcher.stream(request);
    Optional<String> streamed = join(response.begun());
    String contentType = streamed.orElseGet(() -> join(response.result()).contentType());
    Headers headers =
        InvokeRequests.identified(caller)
            .set("content-type", EventStreamMessage.MEDIA_TYPE)
            .set("x-amzn-remapped-content-type", contentType)
            .set("x-amz-executed-version", request.function().version());
    return new WireStream(200, headers, new Events(response, tail));
  }

  /** The endpoint knows what to say of what keeps a function from being run. */
  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private record Events(StreamedResponse response, boolean tail) implements WireStream.Body {
    @Override
    public void writeTo(OutputStream target) throws IOException {
      for (Optional<byte[]> next = response.read(); next.isPresent(); next = response.read()) {
        writeChunk(next.get(), target);
      }
      InvokeResult result = join(response.result());
      if (result.failure().isEmpty()) {
        // Nothing, if it has been read as it came.
        byte[] payload = result.payload();
        for (int at = 0; at < payload.length; at += CHUNK_BYTES) {
          writeChunk(
              Arrays.copyOfRange(payload, at, Math.min(payload.length, at + CHUNK_BYTES)), target);
        }
      }
      target.write(EventStreamMessage.event("InvokeComplete", completion(result, tail)));
    }

    @Override
    public void close() {
      response.close();
    }
  }

  private static void writeChunk(byte[] bytes, OutputStream target) throws IOException {
    target.write(EventStreamMessage.event("PayloadChunk", bytes));
  }

  private static Map<String, String> completion(InvokeResult result, boolean tail) {
    Map<String, String> completion = new LinkedHashMap<>();
    if (result.failure().isPresent()) {
      completion.put("ErrorCode", "Unhandled");
      completion.put("ErrorDetails", new String(result.payload(), StandardCharsets.UTF_8));
    }
    if (tail) {
      completion.put("LogResult", Base64.getEncoder().encodeToString(result.logTail()));
    }
    return completion;
  }
}
