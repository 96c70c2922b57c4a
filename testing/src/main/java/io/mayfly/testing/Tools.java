package io.mayfly.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The AWS command line and the AWS SDKs for Python and JavaScript, installed by {@code
 * testing/tools/install}.
 */
public final class Tools {
  private static final Path FOLDER = install();

  private Tools() {}

  /** Runs the AWS command line against a platform. */
  public static Ran aws(Mayfly mayfly, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(program("aws"));
    command.addAll(List.of(arguments));
    return Ran.command(command, environment(mayfly));
  }

  /** Runs a Python program that may {@code import boto3}, with arguments. */
  public static Ran python(Mayfly mayfly, String program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program("python3"), "-c", program));
    command.addAll(List.of(arguments));
    return Ran.command(command, environment(mayfly));
  }

  /** Runs a script that calls {@code aws}, with arguments. */
  public static Ran script(Mayfly mayfly, Path script, String... arguments) {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    Map<String, String> variables = environment(mayfly);
    variables.put("PATH", FOLDER.resolve("bin") + ":" + System.getenv("PATH"));
    return Ran.command(command, variables);
  }

  /** Runs a program in JavaScript that may import the AWS SDK, with arguments. */
  public static Ran node(Mayfly mayfly, Path program, String... arguments) {
    List<String> command = new ArrayList<>(List.of("node", program.toString()));
    command.addAll(List.of(arguments));
    return Ran.command(command, environment(mayfly));
  }

  /** Where programs in JavaScript have to lie to find the AWS SDK. */
  public static Path nodeFolder() {
    return FOLDER.resolve("node");
  }

  private static String program(String name) {
    return FOLDER.resolve("bin").resolve(name).toString();
  }

  private static Map<String, String> environment(Mayfly mayfly) {
    Map<String, String> variables = new HashMap<>(mayfly.exports());
    variables.put("AWS_PAGER", "");
    variables.put("AWS_MAX_ATTEMPTS", "1");
    variables.put("AWS_CONFIG_FILE", "/nowhere");
    variables.put("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
    return variables;
  }

  private static Path install() {
    Path module = Distribution.project().resolve("testing");
    Ran.command(List.of(module.resolve("tools/install").toString()), Map.of()).ok();
    return module.resolve("target/tools");
  }
}
