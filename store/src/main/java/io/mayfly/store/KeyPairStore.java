package io.mayfly.store;

import io.mayfly.model.KeyPair;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Keeps key pairs without their secrets. Every change is on the disk when the method returns. */
public final class KeyPairStore {
  private final Database database;
  private final JsonMapper json = JsonMapper.shared();

  public KeyPairStore(Database database) {
    this.database = database;
  }

  public List<KeyPair> all() {
    return database.write(
        connection ->
            Sql.documents(connection, "select document from key_pair", json, KeyPair.class));
  }

  public void put(KeyPair pair) {
    String document = json.writeValueAsString(pair);
    database.write(
        connection ->
            Sql.update(
                connection,
                "insert or replace into key_pair (id, document) values (?, ?)",
                pair.accessKeyId(),
                document));
  }

  public void remove(String accessKeyId) {
    database.write(
        connection -> Sql.update(connection, "delete from key_pair where id = ?", accessKeyId));
  }
}
