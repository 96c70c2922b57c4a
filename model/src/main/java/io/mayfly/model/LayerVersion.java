package io.mayfly.model;

import io.mayfly.model.FunctionConfig.CodeReference;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Files for functions to share: one version of a layer ("Managing Lambda dependencies with layers"
 * in the developer guide).
 *
 * @param runtimes those it is said to be made for, which decides nothing
 * @param architectures likewise
 * @param policy whom else the owner lets have it
 */
public record LayerVersion(
    LayerVersionId id,
    String description,
    CodeReference code,
    List<String> runtimes,
    List<String> architectures,
    String license,
    Instant created,
    Optional<ResourcePolicy> policy) {
  public LayerVersion {
    runtimes = List.copyOf(runtimes);
    architectures = List.copyOf(architectures);
  }

  public LayerVersion withPolicy(Optional<ResourcePolicy> next) {
    return new LayerVersion(id, description, code, runtimes, architectures, license, created, next);
  }
}
