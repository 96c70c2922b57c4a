package io.mayfly.store;

import io.mayfly.model.Alias;
import io.mayfly.model.EventInvokeConfig;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionPolicy;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.ProvisionedConcurrency;
import io.mayfly.model.RuntimeManagementConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps functions and what belongs to them. Every change is on the disk when the method returns.
 */
public interface FunctionStore {
  /** Every version of every function. */
  List<FunctionConfig> versions();

  /** The last number that a version of each function was given, if any was ever published. */
  Map<FunctionName, Long> lastNumbers();

  List<FunctionUrl> urls();

  void put(FunctionConfig version);

  /** Keeps a function that is new, with its tags. */
  void create(FunctionConfig latest, Map<String, String> tags);

  /** Keeps a version that is new, and its number, which outlives it and the function. */
  void publish(FunctionConfig version);

  void put(FunctionUrl url);

  /** The tags of a function; none if there is no such function. */
  Map<String, String> tags(FunctionName function);

  /** Adds tags to a function, unless it has gone. */
  void tag(FunctionName function, Map<String, String> tags);

  void untag(FunctionName function, List<String> keys);

  List<Alias> aliases();

  void put(Alias alias);

  void removeAlias(FunctionName function, String name);

  List<FunctionPolicy> policies();

  void put(FunctionPolicy policy);

  void removePolicy(FunctionName function, String qualifier);

  List<EventInvokeConfig> eventInvokeConfigs();

  void put(EventInvokeConfig config);

  void removeEventInvokeConfig(FunctionName function, String qualifier);

  List<RuntimeManagementConfig> runtimeManagement();

  void put(RuntimeManagementConfig config);

  void removeRuntimeManagement(FunctionName function, String qualifier);

  /** The functions that may be called by what they cause themselves. */
  Set<FunctionName> recursiveLoops();

  void allowRecursiveLoops(FunctionName function);

  void forbidRecursiveLoops(FunctionName function);

  List<ProvisionedConcurrency> provisionedConcurrency();

  void put(ProvisionedConcurrency setting);

  void removeProvisionedConcurrency(FunctionName function, String qualifier);

  /** How many calls each function has reserved, of those that have. */
  Map<FunctionName, Integer> reservedConcurrency();

  void reserveConcurrency(FunctionName function, int calls);

  void removeReservedConcurrency(FunctionName function);

  void remove(FunctionVersion version);

  /** Removes a function and all that belongs to it. */
  void remove(FunctionName function);

  void removeUrl(FunctionName function, String qualifier);
}
