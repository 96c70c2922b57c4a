package io.mayfly.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Schedules and their groups in SQLite. */
public final class SqliteScheduleStore implements ScheduleStore {
  private final Database database;

  public SqliteScheduleStore(Database database) {
    this.database = database;
  }

  @Override
  public List<String> documents(Kind kind) {
    return database.write(
        connection -> {
          List<String> documents = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select document from schedule where kind = ? order by key")) {
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
                "insert or replace into schedule (kind, key, document) values (?, ?, ?)",
                kind.name(),
                key,
                document));
  }

  @Override
  public void remove(Kind kind, String key) {
    database.write(connection -> remove(connection, kind, key));
  }

  @Override
  public void removeGroup(String key, Collection<String> schedules) {
    database.write(
        connection -> {
          for (String schedule : schedules) {
            var _ = remove(connection, Kind.SCHEDULE, schedule);
          }
          return remove(connection, Kind.GROUP, key);
        });
  }

  private static int remove(Connection connection, Kind kind, String key) throws SQLException {
    return Sql.update(
        connection, "delete from schedule where kind = ? and key = ?", kind.name(), key);
  }
}
