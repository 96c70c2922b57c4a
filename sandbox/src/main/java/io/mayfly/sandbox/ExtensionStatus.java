package io.mayfly.sandbox;

import java.util.List;

/**
 * How far an extension is.
 *
 * @param state Lambda's name for it, such as {@code Ready}
 * @param events what it asked to hear of
 */
public record ExtensionStatus(String name, String state, List<String> events) {
  /** Whether it does what it should. */
  public boolean ready() {
    return state.equals("Ready");
  }
}
