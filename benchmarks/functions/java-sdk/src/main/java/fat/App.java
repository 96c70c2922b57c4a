package fat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/** The echo of a function that has what many have: Jackson, and three clients built at init. */
public class App {
  private final ObjectMapper json = new ObjectMapper();
  private final S3Client s3 = S3Client.create();
  private final SqsClient sqs = SqsClient.create();
  private final DynamoDbClient tables = DynamoDbClient.create();

  public Object handle(Map<String, Object> event) throws JsonProcessingException {
    json.readTree(json.writeValueAsString(event));
    return Map.of("statusCode", 200, "body", event.getOrDefault("body", ""));
  }
}
