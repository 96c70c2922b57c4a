package io.mayfly.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/** Buses, rules, archives and replays in SQLite. */
public final class SqliteEventBusStore implements EventBusStore {
  private final Database database;

  public SqliteEventBusStore(Database database) {
    this.database = database;
  }

  @Override
  public List<String> documents(Kind kind) {
    return database.write(
        connection -> {
          List<String> documents = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select document from event_bus where kind = ? order by key")) {
            select.setString(1, kind.name());
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                documents.add(rows.getString(1));
              }
            }
          }
          return documents;
        });
  }

  @Override
  public void put(Kind kind, String key, String document) {
    database.write(
        connection ->
            Sql.update(
                connection,
                "insert or replace into event_bus (kind, key, document) values (?, ?, ?)",
                kind.name(),
                key,
                document));
  }

  @Override
  public void remove(Kind kind, String key) {
    database.write(
        connection ->
            Sql.update(
                connection, "delete from event_bus where kind = ? and key = ?", kind.name(), key));
  }
}
