package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Layers;
import io.mayfly.model.LayerVersionId;
import java.util.function.Function;

/** {@code GetLayerVersion}. */
final class GetLayerVersion implements Operation<GetLayerVersion.Input, LayerDescription> {
  record Input(String layerName, long versionNumber) {}

  private final Layers layers;
  private final LayerReferences references;
  private final Function<LayerVersionId, String> location;

  GetLayerVersion(
      Layers layers, LayerReferences references, Function<LayerVersionId, String> location) {
    this.layers = layers;
    this.references = references;
    this.location = location;
  }

  @Override
  public LayerDescription handle(Input input, Caller caller) {
    return LayerDescription.of(
        layers
            .find(references.version(input.layerName(), input.versionNumber()))
            .orElseThrow(LayerReferences::notFound),
        layers.account(),
        location);
  }
}
