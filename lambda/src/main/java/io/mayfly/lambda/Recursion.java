package io.mayfly.lambda;

/** What put and get of a function's recursion configuration return. */
record Recursion(String recursiveLoop) {
  static final String ALLOW = "Allow";
  private static final String TERMINATE = "Terminate";

  static Recursion of(boolean allowed) {
    return new Recursion(allowed ? ALLOW : TERMINATE);
  }
}
