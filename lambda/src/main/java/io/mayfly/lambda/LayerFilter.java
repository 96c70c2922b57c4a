package io.mayfly.lambda;

import io.mayfly.model.LayerVersion;
import java.util.Optional;

/** Which layer versions a list is to show. */
record LayerFilter(Optional<String> runtime, Optional<String> architecture) {
  boolean shows(LayerVersion version) {
    return runtime.map(version.runtimes()::contains).orElse(true)
        && architecture.map(version.architectures()::contains).orElse(true);
  }
}
