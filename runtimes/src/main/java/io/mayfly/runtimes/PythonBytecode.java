package io.mayfly.runtimes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The guest's modules in the form Python runs: without it each start compiles them anew, because a
 * jail cannot write beside them. One file for each module and Python version, checked by Python
 * itself against its source.
 */
final class PythonBytecode {
  private static final long PATIENCE_SECONDS = 60;

  private PythonBytecode() {}

  /**
   * Compiles what is not compiled yet.
   *
   * @throws IOException if the folder cannot be written; functions then start a little slower
   */
  static void make(Path guest, Interpreter interpreter) throws IOException {
    if (!Files.isWritable(guest)) {
      throw new IOException(guest + " cannot be written");
    }
    String python = interpreter.program().toString();
    Process process =
        new ProcessBuilder(python, "-m", "compileall", "-q", guest.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(python + " does not compile " + guest);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    } finally {
      process.destroyForcibly();
    }
  }
}
