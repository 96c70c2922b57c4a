package io.mayfly.store;

import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionUrl;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Functions as JSON documents in SQLite: read once at the start, written at every change. */
public final class SqliteFunctionStore implements FunctionStore {
  private final Database database;
  private final JsonMapper json = JsonMapper.shared();

  public SqliteFunctionStore(Database database) {
    this.database = database;
  }

  @Override
  public List<FunctionConfig> functions() {
    return documents("select document from function order by name", FunctionConfig.class);
  }

  @Override
  public List<FunctionUrl> urls() {
    return documents("select document from function_url order by function", FunctionUrl.class);
  }

  @Override
  public void put(FunctionConfig function) {
    execute(
        "insert or replace into function (name, document) values (?, ?)",
        function.name().value(),
        json.writeValueAsString(function));
  }

  @Override
  public void put(FunctionUrl url) {
    execute(
        "insert or replace into function_url (function, document) values (?, ?)",
        url.function().value(),
        json.writeValueAsString(url));
  }

  @Override
  public Map<FunctionName, Integer> reservedConcurrency() {
    return database.write(
        connection -> {
          Map<FunctionName, Integer> result = new HashMap<>();
          try (PreparedStatement statement =
                  connection.prepareStatement("select function, calls from reserved_concurrency");
              ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              result.put(new FunctionName(rows.getString(1)), rows.getInt(2));
            }
          }
          return result;
        });
  }

  @Override
  public void reserveConcurrency(FunctionName function, int calls) {
    execute(
        "insert or replace into reserved_concurrency (function, calls) values (?, ?)",
        function.value(),
        Integer.toString(calls));
  }

  @Override
  public void removeReservedConcurrency(FunctionName function) {
    execute("delete from reserved_concurrency where function = ?", function.value());
  }

  @Override
  public void remove(FunctionName function) {
    database.write(
        connection -> {
          update(
              connection, "delete from reserved_concurrency where function = ?", function.value());
          update(connection, "delete from function_url where function = ?", function.value());
          return update(connection, "delete from function where name = ?", function.value());
        });
  }

  @Override
  public void removeUrl(FunctionName function) {
    execute("delete from function_url where function = ?", function.value());
  }

  private void execute(String sql, String... parameters) {
    database.write(connection -> update(connection, sql, parameters));
  }

  private static int update(Connection connection, String sql, String... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      return statement.executeUpdate();
    }
  }

  private <T> List<T> documents(String sql, Class<T> type) {
    return database.write(
        connection -> {
          List<T> result = new ArrayList<>();
          try (PreparedStatement statement = connection.prepareStatement(sql);
              ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              result.add(json.readValue(rows.getString(1), type));
            }
          }
          return result;
        });
  }
}
