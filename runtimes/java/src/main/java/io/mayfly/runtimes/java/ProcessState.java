package io.mayfly.runtimes.java;

import java.io.IOException;
import java.util.Map;

/** What a process has of its own and Java cannot change: its variables and its folder. */
interface ProcessState {
  /**
   * Sets variables and goes to a folder. {@link System#getenv} must not have been used before: it
   * reads the variables once.
   */
  void change(Map<String, String> variables, String folder) throws IOException;
}
