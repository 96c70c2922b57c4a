package io.mayfly.server;

import io.mayfly.functions.Deployment;
import io.mayfly.meter.UsageTotals;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.Lifecycle;
import io.mayfly.model.MayflyException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Deploys a small function into an empty platform and calls it over HTTP, to show that all of it
 * works.
 */
final class Welcome {
  static final FunctionName NAME = new FunctionName("welcome");

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Platform platform;

  Welcome(Platform platform) {
    this.platform = platform;
  }

  /** What came of it. */
  record Result(String runtime, String url, String answer, Duration billed, BigDecimal cost) {}

  /** One of the programs that can welcome, with the kinds of runtimes that it is for. */
  private record Program(String runtimePrefix, String file, String handler) {}

  private static final List<Program> PROGRAMS =
      List.of(
          new Program("python", "welcome.py", "welcome.handler"),
          new Program("nodejs", "welcome.mjs", "welcome.handler"),
          new Program("provided", "bootstrap", "bootstrap"));

  Result run() {
    Program program = null;
    String runtime = "";
    for (Program candidate : PROGRAMS) {
      Optional<String> newest =
          platform.runtimes().list().stream()
              .map(row -> row.id())
              .filter(id -> id.startsWith(candidate.runtimePrefix()))
              .reduce((first, second) -> second);
      if (newest.isPresent()) {
        program = candidate;
        runtime = newest.get();
        break;
      }
    }
    if (program == null) {
      throw new MayflyException(ErrorCode.SERVICE, "this machine offers no runtime at all");
    }
    deploy(program, runtime);
    FunctionUrl url =
        platform
            .own()
            .urls()
            .create(
                NAME,
                Optional.empty(),
                FunctionUrl.AuthType.NONE,
                Optional.empty(),
                FunctionUrl.InvokeMode.BUFFERED);
    String address = platform.own().functionUrl(url.id());
    String answer = get(URI.create(address));
    UsageTotals.Total used = platform.own().usages().of(NAME);
    return new Result(runtime, address, answer, used.billed(), used.cost());
  }

  private void deploy(Program program, String runtime) {
    FunctionConfig config =
        platform
            .own()
            .catalog()
            .create(
                new Deployment(
                    NAME,
                    new FunctionSettings(
                        "Says hello. Delete it when you like.",
                        runtime,
                        program.handler(),
                        "arn:aws:iam::%s:role/welcome"
                            .formatted(platform.own().catalog().account().id()),
                        Deployment.DEFAULT_TIMEOUT,
                        Deployment.DEFAULT_MEMORY,
                        Deployment.DEFAULT_STORAGE,
                        Map.of()),
                    Map.of()),
                zip(program.file()));
    platform.own().catalog().awaitReady(config.name(), PATIENCE);
    Lifecycle lifecycle = platform.own().catalog().require(NAME).lifecycle();
    if (lifecycle.state() != Lifecycle.State.ACTIVE) {
      throw new MayflyException(
          ErrorCode.SERVICE,
          lifecycle.stateReason().map(Lifecycle.Reason::text).orElse("it did not become active"));
    }
  }

  private static byte[] zip(String file) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream source = Welcome.class.getResourceAsStream("welcome/" + file);
        ZipOutputStream zip = new ZipOutputStream(bytes)) {
      if (source == null) {
        throw new MayflyException(ErrorCode.SERVICE, file + " is missing from the installation");
      }
      zip.putNextEntry(new ZipEntry(file));
      source.transferTo(zip);
    } catch (IOException e) {
      throw new MayflyException(ErrorCode.SERVICE, file + " could not be packed: " + e, e);
    }
    return bytes.toByteArray();
  }

  /**
   * A GET by hand: function URLs live under {@code localhost}, which not every resolver knows the
   * sub-domains of, and the JDK's clients let nobody say which host they mean.
   */
  private String get(URI address) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), platform.port())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket
          .getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                  .formatted(address.getAuthority())
                  .getBytes(StandardCharsets.US_ASCII));
      String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int body = response.indexOf("\r\n\r\n");
      if (!response.startsWith("HTTP/1.1 200") || body < 0) {
        throw new MayflyException(
            ErrorCode.SERVICE,
            "it answered '%s'; see './mayfly logs %s'"
                .formatted(response.lines().findFirst().orElse("nothing"), NAME));
      }
      return response.substring(body + 4).strip();
    } catch (IOException e) {
      throw new MayflyException(ErrorCode.SERVICE, "it could not be called: " + e.getMessage(), e);
    }
  }
}
