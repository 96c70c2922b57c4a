package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Layers;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.LayerVersionId;
import io.mayfly.model.MayflyException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** {@code PublishLayerVersion}, from a zip file given inline. */
final class PublishLayerVersion implements Operation<PublishLayerVersion.Input, LayerDescription> {
  record Input(
      String layerName,
      Optional<String> description,
      Content content,
      List<String> compatibleArchitectures,
      List<String> compatibleRuntimes,
      Optional<String> licenseInfo) {}

  record Content(Optional<byte[]> zipFile) {}

  private final Layers layers;
  private final LayerReferences references;
  private final Function<LayerVersionId, String> location;

  PublishLayerVersion(
      Layers layers, LayerReferences references, Function<LayerVersionId, String> location) {
    this.layers = layers;
    this.references = references;
    this.location = location;
  }

  @Override
  public LayerDescription handle(Input input, Caller caller) {
    byte[] zip =
        input
            .content()
            .zipFile()
            .orElseThrow(
                () ->
                    new MayflyException(
                        ErrorCode.INVALID_PARAMETER, "Please provide a source for function code."));
    return LayerDescription.of(
        layers.publish(
            references.layer(input.layerName()),
            zip,
            new Layers.Description(
                input.description().orElse(""),
                input.compatibleRuntimes(),
                input.compatibleArchitectures(),
                input.licenseInfo().orElse(""))),
        layers.account(),
        location);
  }
}
