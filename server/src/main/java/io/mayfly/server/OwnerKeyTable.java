package io.mayfly.server;

import io.mayfly.gateway.KeyTable;
import io.mayfly.identity.AccessKeys;
import io.mayfly.model.Account;
import io.mayfly.model.KeyPair;
import java.util.List;

/** Shows the platform's key pairs to its owner. */
record OwnerKeyTable(AccessKeys keys, Account own) implements KeyTable {
  @Override
  public boolean isOwner(String principal) {
    return principal.equals(keys.owner().principal());
  }

  @Override
  public List<KeyPair> list() {
    return keys.list();
  }

  @Override
  public Made create(String account, String description) {
    AccessKeys.Created made = keys.create(account.isEmpty() ? own.id() : account, description);
    return new Made(made.pair(), made.secretAccessKey());
  }

  @Override
  public void setActive(String accessKeyId, boolean active) {
    keys.setActive(accessKeyId, active);
  }

  @Override
  public void delete(String accessKeyId) {
    keys.delete(accessKeyId);
  }
}
