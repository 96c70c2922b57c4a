import com.google.cloud.functions.HttpFunction;
import com.google.cloud.functions.HttpRequest;
import com.google.cloud.functions.HttpResponse;
import java.io.IOException;

/** The echo for Google's functions framework. */
public class Echo implements HttpFunction {
  @Override
  public void service(HttpRequest request, HttpResponse response) throws IOException {
    request.getReader().transferTo(response.getWriter());
  }
}
