package io.mayfly.functions;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What the owner asks for when creating a function, with Lambda's defaults filled in.
 *
 * @param settings without layers
 * @param layers the ARNs of layer versions
 * @param perTenant whether no two tenants ever share an instance
 */
public record Deployment(
    FunctionName name,
    FunctionSettings settings,
    Map<String, String> tags,
    List<String> layers,
    boolean perTenant) {
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(3);
  public static final DataSize DEFAULT_MEMORY = DataSize.ofMegabytes(128);
  public static final DataSize DEFAULT_STORAGE = DataSize.ofMegabytes(512);

  /** A deployment without tenants. */
  public Deployment(
      FunctionName name, FunctionSettings settings, Map<String, String> tags, List<String> layers) {
    this(name, settings, tags, layers, false);
  }

  /** A deployment without layers. */
  public Deployment(FunctionName name, FunctionSettings settings, Map<String, String> tags) {
    this(name, settings, tags, List.of());
  }
}
