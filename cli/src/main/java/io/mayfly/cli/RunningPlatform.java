package io.mayfly.cli;

import io.mayfly.aws.Credentials.AccessKey;
import io.mayfly.aws.Headers;
import io.mayfly.aws.SigV4Signer;
import io.mayfly.aws.WireRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The platform that runs on a data directory, found by the two files it keeps there for its owner:
 * {@code server} (process, address, region, account) and {@code credentials}.
 */
final class RunningPlatform {
  private static final String SIGNING_NAME = "mayfly";

  private final ProcessHandle process;
  private final String url;
  private final String region;
  private final String account;
  private final String accessKeyId;
  private final String secretAccessKey;

  private RunningPlatform(
      ProcessHandle process, Map<String, String> server, Map<String, String> credentials) {
    this.process = process;
    this.url = server.getOrDefault("url", "");
    this.region = server.getOrDefault("region", "");
    this.account = server.getOrDefault("account", "");
    this.accessKeyId = credentials.getOrDefault("aws_access_key_id", "");
    this.secretAccessKey = credentials.getOrDefault("aws_secret_access_key", "");
  }

  /** The platform of a data directory; empty if none runs. */
  static Optional<RunningPlatform> find(Path dataDirectory) {
    Path file = dataDirectory.resolve("server");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Map<String, String> server = read(file);
    if (!isHeld(dataDirectory.resolve("lock"))) {
      // Left by a crash; its number may belong to any other process by now.
      return Optional.empty();
    }
    return processOf(server)
        .map(
            process ->
                new RunningPlatform(process, server, read(dataDirectory.resolve("credentials"))));
  }

  /** Whether a platform holds the directory: the kernel lets go of its lock however it ends. */
  private static boolean isHeld(Path lockFile) {
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.READ)) {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
      return lock == null;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new CliException(
          "%s cannot be read (%s); use the user that started the platform".formatted(lockFile, e),
          e);
    }
  }

  private static Optional<ProcessHandle> processOf(Map<String, String> server) {
    try {
      return ProcessHandle.of(Long.parseLong(server.getOrDefault("pid", "")))
          .filter(ProcessHandle::isAlive);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
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

  /** The account of the platform's owner. */
  String account() {
    return account;
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
    return send("GET", path, query);
  }

  /**
   * Asks one of the platform's own endpoints for something.
   *
   * @param query encoded; empty for none
   * @return the body, to be closed by the caller
   */
  InputStream send(String method, String path, String query) {
    return send(method, path, query, new byte[0]);
  }

  /**
   * Sends one of the platform's own endpoints something.
   *
   * @param query encoded; empty for none
   * @param body empty for none
   * @return the body of the answer, to be closed by the caller
   */
  InputStream send(String method, String path, String query, byte[] body) {
    URI address = URI.create(url + path + (query.isEmpty() ? "" : "?" + query));
    WireRequest request =
        new WireRequest(
            method, path, query, new Headers().set("host", address.getAuthority()), body);
    AccessKey key = new AccessKey(accessKeyId, secretAccessKey, Optional.empty(), "");
    WireRequest signed =
        new SigV4Signer(key, region, InstantSource.system()).sign(request, SIGNING_NAME);
    try {
      HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
      connection.setRequestMethod(method);
      signed.headers().forEach(connection::setRequestProperty);
      if (body.length > 0) {
        connection.setDoOutput(true);
        connection.getOutputStream().write(body);
      }
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        InputStream error = connection.getErrorStream();
        String said = error == null ? "" : new String(error.readAllBytes(), StandardCharsets.UTF_8);
        throw new CliException(Messages.of(connection.getResponseCode(), said));
      }
      return connection.getInputStream();
    } catch (IOException e) {
      throw new CliException("the platform at %s does not answer: %s".formatted(url, e), e);
    }
  }

  /** Lines of {@code name=value}, the value as it stands. */
  private static Map<String, String> read(Path file) {
    try {
      Map<String, String> values = new HashMap<>();
      for (String line : Files.readAllLines(file)) {
        int equals = line.indexOf('=');
        if (equals > 0) {
          values.put(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
        }
      }
      return values;
    } catch (IOException e) {
      throw new CliException(
          "%s cannot be read (%s); use the user that started the platform".formatted(file, e), e);
    }
  }
}
