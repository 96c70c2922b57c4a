package io.mayfly.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An HTTP response that is read while it comes, from an address of this machine. */
public final class HttpStream implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final InputStream in;
  private final int status;
  private final Map<String, String> headers = new TreeMap<>();

  /** What is missing of the chunk that is being read; -1 after the last. */
  private int missing;

  private HttpStream(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.status = Integer.parseInt(line().split(" ", 3)[1]);
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip(),
          (first, more) -> first + ", " + more);
    }
  }

  /** Asks, and returns when the headers have come. */
  public static HttpStream get(String url) {
    URI address = URI.create(url);
    try {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n"
                  .formatted(address.getRawPath(), address.getRawAuthority())
                  .getBytes(StandardCharsets.US_ASCII));
      return new HttpStream(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int status() {
    return status;
  }

  /** A header's value, or nothing. */
  public String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** The next so many bytes of the body, for which this waits. */
  public byte[] read(int count) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      while (bytes.size() < count && missing >= 0) {
        if (missing == 0) {
          nextChunk();
        } else {
          byte[] more = in.readNBytes(Math.min(missing, count - bytes.size()));
          bytes.write(more);
          missing -= more.length;
          endChunk();
        }
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String readText(int count) {
    return new String(read(count), StandardCharsets.UTF_8);
  }

  /** Whether the server says that this was all, rather than break off. */
  public boolean ends() {
    try {
      if (missing == 0) {
        nextChunk();
      }
      return missing < 0;
    } catch (IOException | NumberFormatException e) {
      return false;
    }
  }

  private void nextChunk() throws IOException {
    missing = Integer.parseInt(line(), 16);
    if (missing == 0) {
      line();
      missing = -1;
    }
  }

  private void endChunk() throws IOException {
    if (missing == 0) {
      line();
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the response broke off after '" + line + "'");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
