package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Layers;
import io.mayfly.functions.PolicyDocument;
import io.mayfly.model.ResourcePolicy;

/** {@code GetLayerVersionPolicy}. */
final class GetLayerVersionPolicy
    implements Operation<GetLayerVersionPolicy.Input, GetLayerVersionPolicy.Output> {
  record Input(String layerName, long versionNumber) {}

  record Output(String policy, String revisionId) {}

  private final Layers layers;
  private final LayerReferences references;

  GetLayerVersionPolicy(Layers layers, LayerReferences references) {
    this.layers = layers;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    ResourcePolicy policy =
        layers.policy(references.version(input.layerName(), input.versionNumber()));
    return new Output(PolicyDocument.of(policy), policy.revisionId());
  }
}
