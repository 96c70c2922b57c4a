package io.mayfly.store;

import io.mayfly.model.LayerVersion;
import io.mayfly.model.LayerVersionId;
import java.util.List;
import java.util.Map;

/** Keeps layers. Every change is on the disk when the method returns. */
public interface LayerStore {
  /** Every version of every layer. */
  List<LayerVersion> versions();

  /** The last number that a version of each layer was given, those deleted included. */
  Map<String, Long> lastNumbers();

  /** Keeps a version that is new, and its number, which outlives it. */
  void publish(LayerVersion version);

  void put(LayerVersion version);

  void remove(LayerVersionId version);
}
