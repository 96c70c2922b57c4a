package io.mayfly.server;

import io.mayfly.dispatch.TrainingFolder;
import io.mayfly.functions.CodeStore;
import io.mayfly.model.FunctionConfig;
import java.io.IOException;
import java.nio.file.Path;

/** The place beside functions' code as trainings see it. */
record DerivedFolder(CodeStore code) implements TrainingFolder {
  @Override
  public String unfinished() {
    return CodeStore.PART;
  }

  @Override
  public Path of(FunctionConfig config) {
    return code.derived(config.code());
  }

  @Override
  public boolean keep(FunctionConfig config, Path made, Path lasting) throws IOException {
    return code.keep(config.code(), made, lasting);
  }
}
