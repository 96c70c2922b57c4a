package io.mayfly.store;

import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionUrl;
import java.util.List;
import java.util.Map;

/** Keeps functions and their URLs. Every change is on the disk when the method returns. */
public interface FunctionStore {
  List<FunctionConfig> functions();

  List<FunctionUrl> urls();

  void put(FunctionConfig function);

  void put(FunctionUrl url);

  /** How many calls each function has reserved, of those that have. */
  Map<FunctionName, Integer> reservedConcurrency();

  void reserveConcurrency(FunctionName function, int calls);

  void removeReservedConcurrency(FunctionName function);

  /** Removes a function and all that belongs to it. */
  void remove(FunctionName function);

  void removeUrl(FunctionName function);
}
