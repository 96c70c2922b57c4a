package io.mayfly.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Statements on a connection, with what they take and give as Java has it. */
final class Sql {
  private Sql() {}

  /** Runs a change. */
  static int update(Connection connection, String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      return statement.executeUpdate();
    }
  }

  /** A query's rows of a JSON document each. */
  static <T> List<T> documents(Connection connection, String sql, JsonMapper json, Class<T> type)
      throws SQLException {
    List<T> result = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        result.add(json.readValue(rows.getString(1), type));
      }
    }
    return result;
  }

  /** A query's rows of a name and a text each. */
  static Map<String, String> texts(Connection connection, String sql) throws SQLException {
    Map<String, String> result = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        result.put(rows.getString(1), rows.getString(2));
      }
    }
    return result;
  }

  /** A query's rows of a name and a number each. */
  static Map<String, Long> numbers(Connection connection, String sql) throws SQLException {
    Map<String, Long> result = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        result.put(rows.getString(1), rows.getLong(2));
      }
    }
    return result;
  }
}
