package io.mayfly.aws;

/** How names of the model become names in Java and in messages. */
final class Names {
  private Names() {}

  /** {@code FunctionName} as {@code functionName}. */
  static String lowerFirst(String name) {
    return name.isEmpty() ? name : Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }
}
