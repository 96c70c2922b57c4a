package io.mayfly.store;

import io.mayfly.model.Policy;
import io.mayfly.model.Role;
import java.util.List;

/** Keeps roles and policies. Every change is on the disk when the method returns. */
public interface IdentityStore {
  List<Role> roles();

  void put(Role role);

  void removeRole(String name);

  List<Policy> policies();

  void put(Policy policy);

  void removePolicy(String name);
}
