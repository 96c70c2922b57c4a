package io.mayfly.store;

import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionUrl;
import java.util.List;

/** Keeps functions and their URLs. Every change is on the disk when the method returns. */
public interface FunctionStore {
  List<FunctionConfig> functions();

  List<FunctionUrl> urls();

  void put(FunctionConfig function);

  void put(FunctionUrl url);

  /** Removes a function and its URL. */
  void remove(FunctionName function);

  void removeUrl(FunctionName function);
}
