package io.mayfly.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which operations of AWS APIs the tests have called with success, and by which clients: the lines
 * {@code SERVICE OPERATION CLIENT} in {@code target/operations.txt}, from which {@code
 * testing/compatibility} makes the table of docs/compatibility.md. Thread-safe.
 */
final class Operations {
  private static final Path FILE = Distribution.project().resolve("testing/target/operations.txt");
  private static final Pattern COUNTED =
      Pattern.compile(
          "^mayfly_api_calls_total\\{client=\"([a-z0-9-]+)\",operation=\"(\\w+)\",service=\"([a-z]+)\"\\}",
          Pattern.MULTILINE);
  private static final TreeSet<String> SEEN = new TreeSet<>();

  private Operations() {}

  /** Adds what a platform has answered since it started. */
  static void record(Mayfly mayfly) {
    String keys = mayfly.accessKey() + ":" + mayfly.secretKey();
    String password = Base64.getEncoder().encodeToString(keys.getBytes(StandardCharsets.UTF_8));
    String metrics;
    try {
      metrics =
          Http.request("GET", mayfly.endpoint() + "/_mayfly/metrics")
              .header("Authorization", "Basic " + password)
              .send()
              .text();
    } catch (UncheckedIOException e) {
      // It has just ended, and what it counted with it.
      return;
    }
    synchronized (SEEN) {
      Matcher counted = COUNTED.matcher(metrics);
      while (counted.find()) {
        SEEN.add(counted.group(3) + " " + counted.group(2) + " " + counted.group(1));
      }
      try {
        Files.writeString(FILE, String.join("\n", SEEN) + "\n");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
