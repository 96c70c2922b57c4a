package io.mayfly.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An HTTP/1.1 request, sent as it is written, to whatever runs on this machine: function URLs live
 * below {@code localhost}, which not every resolver knows, and the JDK's clients tidy up just what
 * a test wants to be untidy. For one thread.
 */
public final class Http {
  private static final int PATIENCE_MILLIS = 60_000;

  private final String method;
  private final URI address;
  private final StringBuilder headers = new StringBuilder();
  private byte[] body = new byte[0];
  private boolean hasHost;

  private Http(String method, URI address) {
    this.method = method;
    this.address = address;
  }

  /** A request for an address of this machine. */
  public static Http request(String method, String url) {
    return new Http(method, URI.create(url));
  }

  /** Adds a header line. */
  public Http header(String name, String value) {
    hasHost |= name.equalsIgnoreCase("host");
    headers.append(name).append(": ").append(value).append("\r\n");
    return this;
  }

  /** Sets the body. */
  public Http body(byte[] bytes) {
    body = bytes;
    return this;
  }

  /** Sets the body. */
  public Http body(String text) {
    return body(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends the request and waits for the whole answer. */
  public Reply send() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      try {
        OutputStream out = socket.getOutputStream();
        out.write(head().getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
      } catch (SocketException e) {
        // The server has said no before it had read everything: its answer is there to be read.
      }
      return parse(read(socket.getInputStream()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String head() {
    String path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
    String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
    return "%s %s%s HTTP/1.1\r\n%s%sContent-Length: %d\r\nConnection: close\r\n\r\n"
        .formatted(
            method,
            path,
            query,
            hasHost ? "" : "Host: " + address.getRawAuthority() + "\r\n",
            headers,
            body.length);
  }

  private static byte[] read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[64 * 1024];
    try {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        bytes.write(buffer, 0, read);
      }
    } catch (SocketException e) {
      if (bytes.size() == 0) {
        throw e;
      }
    }
    return bytes.toByteArray();
  }

  private static Reply parse(byte[] bytes) throws IOException {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IOException("no HTTP response: '" + text + "'");
    }
    String[] lines = text.substring(0, end).split("\r\n", -1);
    Map<String, List<String>> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers
          .computeIfAbsent(
              lines[i].substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
          .add(lines[i].substring(colon + 1).strip());
    }
    InputStream rest = new ByteArrayInputStream(bytes, end + 4, bytes.length - end - 4);
    boolean chunked = headers.getOrDefault("transfer-encoding", List.of()).contains("chunked");
    return new Reply(
        Integer.parseInt(lines[0].split(" ", 3)[1]),
        headers,
        chunked ? chunks(rest) : rest.readAllBytes());
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(line(in), 16);
      if (size == 0) {
        return whole.toByteArray();
      }
      whole.write(in.readNBytes(size));
      line(in);
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }
}
