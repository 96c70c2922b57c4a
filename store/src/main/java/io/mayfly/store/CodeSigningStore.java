package io.mayfly.store;

import io.mayfly.model.CodeSigningConfig;
import io.mayfly.model.FunctionName;
import java.util.List;
import java.util.Map;

/**
 * Keeps code signing configurations, and which functions use them. Every change is on the disk when
 * the method returns.
 */
public interface CodeSigningStore {
  List<CodeSigningConfig> configs();

  void put(CodeSigningConfig config);

  void remove(String id);

  /** The id of the configuration of each function that uses one. */
  Map<FunctionName, String> used();

  /** Has a function use a configuration, unless the function has gone. */
  void use(FunctionName function, String id);

  void removeUse(FunctionName function);
}
