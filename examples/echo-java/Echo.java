import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Echo: answers with the event it was called with. */
public class Echo {
  public void handle(InputStream event, OutputStream response) throws IOException {
    event.transferTo(response);
  }
}
