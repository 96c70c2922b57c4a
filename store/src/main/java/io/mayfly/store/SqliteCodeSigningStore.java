package io.mayfly.store;

import io.mayfly.model.CodeSigningConfig;
import io.mayfly.model.FunctionName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Code signing configurations as JSON documents in SQLite. What functions use goes with them, in
 * {@link SqliteFunctionStore}.
 */
public final class SqliteCodeSigningStore implements CodeSigningStore {
  private final Database database;
  private final JsonMapper json = JsonMapper.shared();

  public SqliteCodeSigningStore(Database database) {
    this.database = database;
  }

  @Override
  public List<CodeSigningConfig> configs() {
    return database.write(
        connection ->
            Sql.documents(
                connection,
                "select document from code_signing_config",
                json,
                CodeSigningConfig.class));
  }

  @Override
  public void put(CodeSigningConfig config) {
    execute(
        "insert or replace into code_signing_config (id, document) values (?, ?)",
        config.id(),
        json.writeValueAsString(config));
  }

  @Override
  public void remove(String id) {
    execute("delete from code_signing_config where id = ?", id);
  }

  @Override
  public Map<FunctionName, String> used() {
    Map<FunctionName, String> result = new HashMap<>();
    database
        .write(
            connection ->
                Sql.texts(connection, "select function, config from function_code_signing"))
        .forEach((function, id) -> result.put(new FunctionName(function), id));
    return result;
  }

  @Override
  public void use(FunctionName function, String id) {
    execute(
        "insert or replace into function_code_signing (function, config) select ?, ?"
            + " where exists (select 1 from function_version where function = ?)",
        function.value(),
        id,
        function.value());
  }

  @Override
  public void removeUse(FunctionName function) {
    execute("delete from function_code_signing where function = ?", function.value());
  }

  private void execute(String sql, Object... parameters) {
    database.write(connection -> Sql.update(connection, sql, parameters));
  }
}
