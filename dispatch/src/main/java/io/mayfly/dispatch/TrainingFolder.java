package io.mayfly.dispatch;

import io.mayfly.model.FunctionConfig;
import java.io.IOException;
import java.nio.file.Path;

/** Where the results of trainings are kept, for as long as the code they were made of. */
public interface TrainingFolder {
  /** How the names of unfinished results end. They are gone after a crash. */
  String unfinished();

  /** The folder for a function's code; need not be there. */
  Path of(FunctionConfig config);

  /**
   * Gives a result its lasting name, at once.
   *
   * @return false if the code has gone meanwhile
   */
  boolean keep(FunctionConfig config, Path made, Path lasting) throws IOException;
}
