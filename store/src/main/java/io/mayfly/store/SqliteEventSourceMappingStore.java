package io.mayfly.store;

import io.mayfly.model.EventSourceMapping;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Event source mappings as JSON documents in SQLite. */
public final class SqliteEventSourceMappingStore implements EventSourceMappingStore {
  private final Database database;
  private final JsonMapper json = JsonMapper.shared();

  public SqliteEventSourceMappingStore(Database database) {
    this.database = database;
  }

  @Override
  public List<EventSourceMapping> mappings() {
    return database.write(
        connection ->
            Sql.documents(
                connection,
                "select document from event_source_mapping",
                json,
                EventSourceMapping.class));
  }

  @Override
  public void put(EventSourceMapping mapping) {
    execute(
        "insert or replace into event_source_mapping (uuid, document) values (?, ?)",
        mapping.uuid(),
        json.writeValueAsString(mapping));
  }

  @Override
  public void remove(String uuid) {
    execute("delete from event_source_mapping where uuid = ?", uuid);
  }

  private void execute(String sql, Object... parameters) {
    database.write(connection -> Sql.update(connection, sql, parameters));
  }
}
