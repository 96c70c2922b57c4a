package io.mayfly.cli;

import io.mayfly.aws.Credentials.AccessKey;
import io.mayfly.aws.Headers;
import io.mayfly.aws.SigV4Signer;
import io.mayfly.aws.WireRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Properties;

/**
 * The platform that runs on a data directory, found by the two files it keeps there for its owner:
 * {@code server} (process, address, region) and {@code credentials}.
 */
final class RunningPlatform {
  private static final String SIGNING_NAME = "mayfly";

  private final ProcessHandle process;
  private final String url;
  private final String region;
  private final String accessKeyId;
  private final String secretAccessKey;

  private RunningPlatform(ProcessHandle process, Properties server, Properties credentials) {
    this.process = process;
    this.url = server.getProperty("url", "");
    this.region = server.getProperty("region", "");
    this.accessKeyId = credentials.getProperty("aws_access_key_id", "");
    this.secretAccessKey = credentials.getProperty("aws_secret_access_key", "");
  }

  /** The platform of a data directory; empty if none runs. */
  static Optional<RunningPlatform> find(Path dataDirectory) {
    Path file = dataDirectory.resolve("server");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties server = read(file);
    long pid = Long.parseLong(server.getProperty("pid", "0"));
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .map(
            process ->
                new RunningPlatform(process, server, read(dataDirectory.resolve("credentials"))));
  }

  /** The platform of a data directory. */
  static RunningPlatform require(Path dataDirectory) {
    return find(dataDirectory)
        .orElseThrow(
            () ->
                new CliException(
                    "no platform runs on %s; start one with ./mayfly up"
                        .formatted(dataDirectory.toAbsolutePath().normalize())));
  }

  ProcessHandle process() {
    return process;
  }

  String url() {
    return url;
  }

  String region() {
    return region;
  }

  String accessKeyId() {
    return accessKeyId;
  }

  String secretAccessKey() {
    return secretAccessKey;
  }

  /**
   * Reads one of the platform's own endpoints.
   *
   * @return the body, to be closed by the caller
   */
  InputStream get(String path, String query) {
    URI address = URI.create(url + path + (query.isEmpty() ? "" : "?" + query));
    WireRequest request =
        new WireRequest(
            "GET", path, query, new Headers().set("host", address.getAuthority()), new byte[0]);
    AccessKey key = new AccessKey(accessKeyId, secretAccessKey, Optional.empty(), "");
    WireRequest signed =
        new SigV4Signer(key, region, InstantSource.system()).sign(request, SIGNING_NAME);
    try {
      HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
      signed.headers().forEach(connection::setRequestProperty);
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        InputStream error = connection.getErrorStream();
        String body = error == null ? "" : new String(error.readAllBytes(), StandardCharsets.UTF_8);
        throw new CliException(Messages.of(connection.getResponseCode(), body));
      }
      return connection.getInputStream();
    } catch (IOException e) {
      throw new CliException("the platform at %s does not answer: %s".formatted(url, e), e);
    }
  }

  private static Properties read(Path file) {
    try {
      Properties properties = new Properties();
      properties.load(new StringReader(Files.readString(file)));
      return properties;
    } catch (IOException e) {
      throw new CliException(
          "%s cannot be read (%s); use the user that started the platform".formatted(file, e), e);
    }
  }
}
