package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Layers;
import io.mayfly.model.LayerVersion;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code ListLayerVersions}, the newest first; none of a layer that is not there. */
final class ListLayerVersions
    implements Operation<ListLayerVersions.Input, ListLayerVersions.Output> {
  record Input(
      Optional<String> compatibleArchitecture,
      Optional<String> compatibleRuntime,
      String layerName,
      Optional<String> marker,
      Optional<Integer> maxItems) {}

  record Output(Optional<String> nextMarker, List<LayerDescription.Item> layerVersions) {}

  private final Layers layers;
  private final LayerReferences references;

  ListLayerVersions(Layers layers, LayerReferences references) {
    this.layers = layers;
    this.references = references;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    LayerFilter filter = new LayerFilter(input.compatibleRuntime(), input.compatibleArchitecture());
    String layer = references.layer(input.layerName());
    List<LayerVersion> all =
        layers.list().stream()
            .filter(version -> version.id().layer().equals(layer) && filter.shows(version))
            .toList();
    Page<LayerVersion> page =
        Page.of(all, ListLayerVersions::key, input.marker(), input.maxItems());
    return new Output(
        page.next(),
        page.items().stream()
            .map(version -> LayerDescription.Item.of(version, layers.account()))
            .toList());
  }

  /** In whose order newer versions come first. */
  private static String key(LayerVersion version) {
    return String.format(Locale.ROOT, "%019d", Long.MAX_VALUE - version.id().number());
  }
}
