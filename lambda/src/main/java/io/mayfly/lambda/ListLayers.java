package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.Layers;
import io.mayfly.model.LayerVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code ListLayers}, by name, each with the newest version that the filter shows. */
final class ListLayers implements Operation<ListLayers.Input, ListLayers.Output> {
  record Input(
      Optional<String> compatibleArchitecture,
      Optional<String> compatibleRuntime,
      Optional<String> marker,
      Optional<Integer> maxItems) {}

  record Output(Optional<String> nextMarker, List<Layer> layers) {}

  record Layer(String layerName, String layerArn, LayerDescription.Item latestMatchingVersion) {}

  private final Layers layers;

  ListLayers(Layers layers) {
    this.layers = layers;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    LayerFilter filter = new LayerFilter(input.compatibleRuntime(), input.compatibleArchitecture());
    Map<String, LayerVersion> newest = new LinkedHashMap<>();
    for (LayerVersion version : layers.list()) {
      if (filter.shows(version)) {
        newest.putIfAbsent(version.id().layer(), version);
      }
    }
    Page<LayerVersion> page =
        Page.of(
            List.copyOf(newest.values()),
            version -> version.id().layer(),
            input.marker(),
            input.maxItems());
    return new Output(
        page.next(),
        page.items().stream()
            .map(
                version ->
                    new Layer(
                        version.id().layer(),
                        version.id().layerArn(layers.account()),
                        LayerDescription.Item.of(version, layers.account())))
            .toList());
  }
}
