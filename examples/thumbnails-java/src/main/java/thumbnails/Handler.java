package thumbnails;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** Thumbnails: an image posted to the function's URL comes back as a small JPEG. */
public final class Handler
    implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {

  @Override
  public APIGatewayV2HTTPResponse handleRequest(APIGatewayV2HTTPEvent event, Context context) {
    try {
      byte[] jpeg = Thumbnail.of(body(event));
      return APIGatewayV2HTTPResponse.builder()
          .withStatusCode(200)
          .withHeaders(Map.of("Content-Type", "image/jpeg"))
          .withBody(Base64.getEncoder().encodeToString(jpeg))
          .withIsBase64Encoded(true)
          .build();
    } catch (Thumbnail.TooLargeException tooLarge) {
      return refusal(413, tooLarge.getMessage());
    } catch (IOException | RuntimeException unreadable) { // ImageIO's readers throw both
      context.getLogger().log("Refused: " + unreadable + "\n");
      return refusal(400, "The body is no readable image; post one of JPEG, PNG, GIF, BMP.");
    }
  }

  private static byte[] body(APIGatewayV2HTTPEvent event) {
    String body = event.getBody() == null ? "" : event.getBody();
    return event.getIsBase64Encoded()
        ? Base64.getDecoder().decode(body)
        : body.getBytes(StandardCharsets.UTF_8);
  }

  private static APIGatewayV2HTTPResponse refusal(int status, String message) {
    return APIGatewayV2HTTPResponse.builder()
        .withStatusCode(status)
        .withHeaders(Map.of("Content-Type", "application/json"))
        .withBody("{\"message\": \"" + message + "\"}")
        .build();
  }
}
