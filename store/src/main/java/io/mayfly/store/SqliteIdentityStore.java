package io.mayfly.store;

import io.mayfly.model.Policy;
import io.mayfly.model.Role;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Roles and policies as JSON documents in SQLite. */
public final class SqliteIdentityStore implements IdentityStore {
  private final Database database;
  private final JsonMapper json = JsonMapper.shared();

  public SqliteIdentityStore(Database database) {
    this.database = database;
  }

  @Override
  public List<Role> roles() {
    return documents("select document from role", Role.class);
  }

  @Override
  public void put(Role role) {
    execute(
        "insert or replace into role (name, document) values (?, ?)",
        role.name(),
        json.writeValueAsString(role));
  }

  @Override
  public void removeRole(String name) {
    execute("delete from role where name = ?", name);
  }

  @Override
  public List<Policy> policies() {
    return documents("select document from policy", Policy.class);
  }

  @Override
  public void put(Policy policy) {
    execute(
        "insert or replace into policy (name, document) values (?, ?)",
        policy.name(),
        json.writeValueAsString(policy));
  }

  @Override
  public void removePolicy(String name) {
    execute("delete from policy where name = ?", name);
  }

  private void execute(String sql, Object... parameters) {
    database.write(connection -> Sql.update(connection, sql, parameters));
  }

  private <T> List<T> documents(String sql, Class<T> type) {
    return database.write(connection -> Sql.documents(connection, sql, json, type));
  }
}
