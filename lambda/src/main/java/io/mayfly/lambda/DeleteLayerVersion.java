package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Layers;

/** {@code DeleteLayerVersion}; one that is not there is deleted too, as on Lambda. */
final class DeleteLayerVersion implements Operation<DeleteLayerVersion.Input, Operation.Nothing> {
  record Input(String layerName, long versionNumber) {}

  private final Layers layers;
  private final LayerReferences references;

  DeleteLayerVersion(Layers layers, LayerReferences references) {
    this.layers = layers;
    this.references = references;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    layers.delete(references.version(input.layerName(), input.versionNumber()));
    return Nothing.VALUE;
  }
}
