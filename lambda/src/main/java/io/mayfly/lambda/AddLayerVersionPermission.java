package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Layers;
import io.mayfly.functions.PolicyDocument;
import io.mayfly.model.LayerVersionId;
import io.mayfly.model.ResourcePolicy.Statement;
import java.util.Optional;

/** {@code AddLayerVersionPermission}. */
final class AddLayerVersionPermission
    implements Operation<AddLayerVersionPermission.Input, AddLayerVersionPermission.Output> {
  record Input(
      String layerName,
      long versionNumber,
      String statementId,
      String action,
      String principal,
      Optional<String> organizationId,
      Optional<String> revisionId) {}

  record Output(String statement, String revisionId) {}

  private final Layers layers;
  private final LayerReferences references;

  AddLayerVersionPermission(Layers layers, LayerReferences references) {
    this.layers = layers;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    LayerVersionId id = references.version(input.layerName(), input.versionNumber());
    Statement statement =
        layers.permit(
            id,
            input.statementId(),
            input.action(),
            input.principal(),
            input.organizationId(),
            input.revisionId());
    return new Output(PolicyDocument.of(statement), layers.policy(id).revisionId());
  }
}
