package io.mayfly.store;

import io.mayfly.model.LayerVersion;
import io.mayfly.model.LayerVersionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Layers as JSON documents in SQLite: read once at the start, written at every change. */
public final class SqliteLayerStore implements LayerStore {
  private final Database database;
  private final JsonMapper json = JsonMapper.shared();

  public SqliteLayerStore(Database database) {
    this.database = database;
  }

  @Override
  public List<LayerVersion> versions() {
    return database.write(
        connection ->
            Sql.documents(
                connection, "select document from layer_version", json, LayerVersion.class));
  }

  @Override
  public Map<String, Long> lastNumbers() {
    return database.write(
        connection -> Sql.numbers(connection, "select layer, number from last_layer_version"));
  }

  @Override
  public void publish(LayerVersion version) {
    database.write(
        connection -> {
          Sql.update(
              connection,
              "insert or replace into last_layer_version (layer, number) values (?, ?)",
              version.id().layer(),
              version.id().number());
          return put(connection, version);
        });
  }

  @Override
  public void put(LayerVersion version) {
    database.write(connection -> put(connection, version));
  }

  private int put(Connection connection, LayerVersion version) throws SQLException {
    return Sql.update(
        connection,
        "insert or replace into layer_version (layer, number, document) values (?, ?, ?)",
        version.id().layer(),
        version.id().number(),
        json.writeValueAsString(version));
  }

  @Override
  public void remove(LayerVersionId version) {
    database.write(
        connection ->
            Sql.update(
                connection,
                "delete from layer_version where layer = ? and number = ?",
                version.layer(),
                version.number()));
  }
}
