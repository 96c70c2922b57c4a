package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Layers;
import java.util.Optional;

/** {@code RemoveLayerVersionPermission}. */
final class RemoveLayerVersionPermission
    implements Operation<RemoveLayerVersionPermission.Input, Operation.Nothing> {
  record Input(
      String layerName, long versionNumber, String statementId, Optional<String> revisionId) {}

  private final Layers layers;
  private final LayerReferences references;

  RemoveLayerVersionPermission(Layers layers, LayerReferences references) {
    this.layers = layers;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    layers.forbid(
        references.version(input.layerName(), input.versionNumber()),
        input.statementId(),
        input.revisionId());
    return Nothing.VALUE;
  }
}
