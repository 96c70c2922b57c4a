package io.mayfly.server;

import io.mayfly.dispatch.FunctionSource;
import io.mayfly.functions.CodeStore;
import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionVersion;
import java.nio.file.Path;
import java.util.Optional;

/** The catalogue and its code as the dispatcher sees them. */
record CatalogSource(FunctionCatalog catalog, CodeStore codeStore) implements FunctionSource {
  @Override
  public FunctionConfig serving(FunctionVersion version) {
    return catalog.serving(version);
  }

  @Override
  public Path code(FunctionConfig config) {
    return codeStore.unpack(config.code());
  }

  @Override
  public Optional<Path> layers(FunctionConfig config) {
    return codeStore.layers(config.settings().layers());
  }
}
