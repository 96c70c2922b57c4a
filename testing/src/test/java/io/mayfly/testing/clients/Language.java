package io.mayfly.testing.clients;

import io.mayfly.testing.Ran;
import io.mayfly.testing.Zip;
import java.util.List;
import java.util.Map;

/** A language that both AWS's client and a managed runtime serve, with the same handlers. */
enum Language {
  PYTHON("app.handler", "app.missing", "broken.handler", "absent.handler"),
  NODE("app.handler", "app.missing", "broken.handler", "absent.handler"),
  JAVA("App::handle", "App::missing", "Broken::handle", "Absent::handle");

  private final String handler;
  private final String missing;
  private final String broken;
  private final String absent;

  Language(String handler, String missing, String broken, String absent) {
    this.handler = handler;
    this.missing = missing;
    this.broken = broken;
    this.absent = absent;
  }

  String handler() {
    return handler;
  }

  /** A handler that is not in its module or class. */
  String missing() {
    return missing;
  }

  /** A handler whose module or class does not load. */
  String broken() {
    return broken;
  }

  /** A handler whose module or class is not there. */
  String absent() {
    return absent;
  }

  /** The managed runtime with the interpreter that {@link #theirs} is started with. */
  String runtime() {
    return switch (this) {
      case PYTHON -> "python" + pythonVersion();
      case NODE ->
          "nodejs" + asked("/usr/bin/node", "-p", "process.versions.node.split('.')[0]") + ".x";
      case JAVA -> "java" + Clients.feature(Clients.javaHome()).orElseThrow();
    };
  }

  private static String pythonVersion() {
    return asked("/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])");
  }

  private static String asked(String... command) {
    return Ran.command(List.of(command), Map.of()).ok().out().strip();
  }

  /** The handlers alone, for the managed runtime. */
  byte[] ours() {
    return handlers().bytes();
  }

  /** The handlers, AWS's client and a bootstrap that starts it, for a custom runtime. */
  byte[] theirs() {
    return theirs("");
  }

  /** The same with a client that is told to get ready to be kept as a snapshot. */
  byte[] theirsForSnapshots() {
    return theirs("export AWS_LAMBDA_INITIALIZATION_TYPE=snap-start\n");
  }

  private byte[] theirs(String before) {
    Zip zip =
        switch (this) {
          case PYTHON -> handlers().folder(Clients.python(pythonVersion()));
          case NODE -> handlers().folder(Clients.node());
          case JAVA -> handlers().folder("lib", Clients.java());
        };
    String bootstrap = "#!/bin/sh\nunset PWD OLDPWD\n" + before + "exec " + client() + "\n";
    return zip.program("bootstrap", bootstrap).bytes();
  }

  private Zip handlers() {
    return switch (this) {
      case PYTHON -> new Zip().folder(Clients.SOURCES.resolve("python"));
      case NODE -> new Zip().folder(Clients.SOURCES.resolve("node"));
      case JAVA -> new Zip().folder(Clients.javaHandlers());
    };
  }

  /** How each client's own documentation starts it; heap and collector as in the managed Java. */
  private String client() {
    return switch (this) {
      case PYTHON -> "/usr/bin/python3 -m awslambdaric \"$_HANDLER\"";
      case NODE -> "/usr/bin/node node_modules/aws-lambda-ric/index.mjs \"$_HANDLER\"";
      case JAVA ->
          Clients.javaHome()
              + "/bin/java -Xmx435m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
              + " --enable-native-access=ALL-UNNAMED -cp '/var/task:/var/task/lib/*'"
              + " com.amazonaws.services.lambda.runtime.api.client.AWSLambda \"$_HANDLER\"";
    };
  }
}
