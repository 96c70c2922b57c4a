package io.mayfly.identity;

import io.mayfly.store.Database;
import io.mayfly.store.IdentityStore;
import io.mayfly.store.KeyPairStore;
import io.mayfly.store.SqliteIdentityStore;
import java.nio.file.Path;

/** A store in a file of its own, which can be opened again. */
record StoreFile(Path file) {
  Opened open() {
    Database database = Database.open(file);
    return new Opened(database, new SqliteIdentityStore(database));
  }

  record Opened(Database database, IdentityStore store) implements AutoCloseable {
    KeyPairStore keys() {
      return new KeyPairStore(database);
    }

    @Override
    public void close() {
      database.close();
    }
  }
}
