package io.mayfly.model;

import java.util.Optional;

/** What kind of program serves a function. */
public enum RuntimeFamily {
  PYTHON,
  NODE,
  JAVA,
  /** An executable {@code bootstrap} of the function's own that speaks the Runtime API. */
  PROVIDED;

  /** The family of a runtime identifier such as {@code python3.12}; empty for an unknown one. */
  public static Optional<RuntimeFamily> of(String runtime) {
    if (runtime.matches("python3\\.[0-9]{1,2}")) {
      return Optional.of(PYTHON);
    }
    if (runtime.matches("nodejs[0-9]{1,3}\\.x")) {
      return Optional.of(NODE);
    }
    if (runtime.matches("java[0-9]{1,2}")) {
      return Optional.of(JAVA);
    }
    if (runtime.equals("provided.al2023") || runtime.equals("provided.al2")) {
      return Optional.of(PROVIDED);
    }
    return Optional.empty();
  }
}
