package io.mayfly.store;

import io.mayfly.model.Alias;
import io.mayfly.model.EventInvokeConfig;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionPolicy;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.ProvisionedConcurrency;
import io.mayfly.model.RuntimeManagementConfig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/** Functions as JSON documents in SQLite: read once at the start, written at every change. */
public final class SqliteFunctionStore implements FunctionStore {
  /** The tables with what goes when a function goes. */
  private static final List<String> OF_A_FUNCTION =
      List.of(
          "tag",
          "function_code_signing",
          "recursive_loop",
          "runtime_management",
          "resource_policy",
          "event_invoke_config",
          "provisioned_concurrency",
          "alias",
          "reserved_concurrency",
          "function_url",
          "function_version");

  /** Those of them that also go with one of its versions or aliases. */
  private static final List<String> OF_A_QUALIFIER =
      List.of(
          "resource_policy",
          "event_invoke_config",
          "runtime_management",
          "provisioned_concurrency",
          "function_url");

  private final Database database;
  private final JsonMapper json = JsonMapper.shared();

  public SqliteFunctionStore(Database database) {
    this.database = database;
  }

  @Override
  public List<FunctionConfig> versions() {
    return documents("select document from function_version", FunctionConfig.class);
  }

  @Override
  public Map<FunctionName, Long> lastNumbers() {
    return byFunction("select function, number from last_version");
  }

  @Override
  public List<FunctionUrl> urls() {
    return documents("select document from function_url order by function", FunctionUrl.class);
  }

  @Override
  public void put(FunctionConfig version) {
    database.write(connection -> put(connection, version));
  }

  private int put(Connection connection, FunctionConfig version) throws SQLException {
    return Sql.update(
        connection,
        "insert or replace into function_version (function, version, document) values (?, ?, ?)",
        version.name().value(),
        version.id().version(),
        json.writeValueAsString(version));
  }

  @Override
  public void create(FunctionConfig latest, Map<String, String> tags) {
    database.write(
        connection -> {
          put(connection, latest);
          return tag(connection, latest.name(), tags);
        });
  }

  @Override
  public Map<String, String> tags(FunctionName function) {
    return database.write(
        connection -> {
          Map<String, String> result = new HashMap<>();
          try (PreparedStatement statement =
              connection.prepareStatement("select key, value from tag where function = ?")) {
            statement.setString(1, function.value());
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                result.put(rows.getString(1), rows.getString(2));
              }
            }
          }
          return result;
        });
  }

  @Override
  public void tag(FunctionName function, Map<String, String> tags) {
    database.write(connection -> tag(connection, function, tags));
  }

  private static int tag(Connection connection, FunctionName function, Map<String, String> tags)
      throws SQLException {
    int added = 0;
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      added +=
          Sql.update(
              connection,
              "insert or replace into tag (function, key, value) select ?, ?, ?"
                  + " where exists (select 1 from function_version where function = ?)",
              function.value(),
              tag.getKey(),
              tag.getValue(),
              function.value());
    }
    return added;
  }

  @Override
  public void untag(FunctionName function, List<String> keys) {
    database.write(
        connection -> {
          for (String key : keys) {
            Sql.update(
                connection,
                "delete from tag where function = ? and key = ?",
                function.value(),
                key);
          }
          return true;
        });
  }

  @Override
  public void publish(FunctionConfig version) {
    database.write(
        connection -> {
          Sql.update(
              connection,
              "insert or replace into last_version (function, number) values (?, ?)",
              version.name().value(),
              version.id().version());
          return put(connection, version);
        });
  }

  @Override
  public void put(FunctionUrl url) {
    putQualified("function_url", url.function(), url.alias().orElse(FunctionVersion.LATEST), url);
  }

  @Override
  public List<Alias> aliases() {
    return documents("select document from alias", Alias.class);
  }

  @Override
  public void put(Alias alias) {
    execute(
        "insert or replace into alias (function, name, document) values (?, ?, ?)",
        alias.function().value(),
        alias.name(),
        json.writeValueAsString(alias));
  }

  @Override
  public void removeAlias(FunctionName function, String name) {
    database.write(
        connection -> {
          removeQualified(connection, function, name);
          return Sql.update(
              connection,
              "delete from alias where function = ? and name = ?",
              function.value(),
              name);
        });
  }

  @Override
  public List<ProvisionedConcurrency> provisionedConcurrency() {
    return documents("select document from provisioned_concurrency", ProvisionedConcurrency.class);
  }

  @Override
  public void put(ProvisionedConcurrency setting) {
    putQualified("provisioned_concurrency", setting.function(), setting.qualifier(), setting);
  }

  @Override
  public void removeProvisionedConcurrency(FunctionName function, String qualifier) {
    removeQualified("provisioned_concurrency", function, qualifier);
  }

  @Override
  public List<FunctionPolicy> policies() {
    return documents("select document from resource_policy", FunctionPolicy.class);
  }

  @Override
  public void put(FunctionPolicy policy) {
    putQualified("resource_policy", policy.function(), policy.qualifier(), policy);
  }

  @Override
  public void removePolicy(FunctionName function, String qualifier) {
    removeQualified("resource_policy", function, qualifier);
  }

  @Override
  public List<EventInvokeConfig> eventInvokeConfigs() {
    return documents("select document from event_invoke_config", EventInvokeConfig.class);
  }

  @Override
  public void put(EventInvokeConfig config) {
    putQualified("event_invoke_config", config.function(), config.qualifier(), config);
  }

  @Override
  public void removeEventInvokeConfig(FunctionName function, String qualifier) {
    removeQualified("event_invoke_config", function, qualifier);
  }

  @Override
  public List<RuntimeManagementConfig> runtimeManagement() {
    return documents("select document from runtime_management", RuntimeManagementConfig.class);
  }

  @Override
  public void put(RuntimeManagementConfig config) {
    putQualified("runtime_management", config.function(), config.qualifier(), config);
  }

  @Override
  public void removeRuntimeManagement(FunctionName function, String qualifier) {
    removeQualified("runtime_management", function, qualifier);
  }

  @Override
  public Set<FunctionName> recursiveLoops() {
    return byFunction("select function, 1 from recursive_loop").keySet();
  }

  @Override
  public void allowRecursiveLoops(FunctionName function) {
    execute("insert or replace into recursive_loop (function) values (?)", function.value());
  }

  @Override
  public void forbidRecursiveLoops(FunctionName function) {
    execute("delete from recursive_loop where function = ?", function.value());
  }

  private void putQualified(
      String table, FunctionName function, String qualifier, Object document) {
    execute(
        "insert or replace into " + table + " (function, qualifier, document) values (?, ?, ?)",
        function.value(),
        qualifier,
        json.writeValueAsString(document));
  }

  private void removeQualified(String table, FunctionName function, String qualifier) {
    database.write(connection -> removeQualified(connection, table, function, qualifier));
  }

  private static int removeQualified(
      Connection connection, String table, FunctionName function, String qualifier)
      throws SQLException {
    return Sql.update(
        connection,
        "delete from " + table + " where function = ? and qualifier = ?",
        function.value(),
        qualifier);
  }

  /** Removes all that belongs to a version or an alias. */
  private static void removeQualified(
      Connection connection, FunctionName function, String qualifier) throws SQLException {
    for (String table : OF_A_QUALIFIER) {
      removeQualified(connection, table, function, qualifier);
    }
  }

  @Override
  public Map<FunctionName, Integer> reservedConcurrency() {
    Map<FunctionName, Integer> result = new HashMap<>();
    byFunction("select function, calls from reserved_concurrency")
        .forEach((function, calls) -> result.put(function, calls.intValue()));
    return result;
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
  public void remove(FunctionVersion version) {
    database.write(
        connection -> {
          removeQualified(connection, version.function(), version.version());
          return Sql.update(
              connection,
              "delete from function_version where function = ? and version = ?",
              version.function().value(),
              version.version());
        });
  }

  @Override
  public void remove(FunctionName function) {
    database.write(
        connection -> {
          for (String table : OF_A_FUNCTION) {
            Sql.update(
                connection, "delete from " + table + " where function = ?", function.value());
          }
          return true;
        });
  }

  @Override
  public void removeUrl(FunctionName function, String qualifier) {
    removeQualified("function_url", function, qualifier);
  }

  private void execute(String sql, Object... parameters) {
    database.write(connection -> Sql.update(connection, sql, parameters));
  }

  private Map<FunctionName, Long> byFunction(String sql) {
    Map<FunctionName, Long> result = new HashMap<>();
    database
        .write(connection -> Sql.numbers(connection, sql))
        .forEach((name, number) -> result.put(new FunctionName(name), number));
    return result;
  }

  private <T> List<T> documents(String sql, Class<T> type) {
    return database.write(connection -> Sql.documents(connection, sql, json, type));
  }
}
