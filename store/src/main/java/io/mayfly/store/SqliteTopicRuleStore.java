package io.mayfly.store;

import io.mayfly.model.TopicRule;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Rules of MQTT topics as JSON documents in SQLite. */
public final class SqliteTopicRuleStore implements TopicRuleStore {
  private final Database database;
  private final JsonMapper json = JsonMapper.shared();

  public SqliteTopicRuleStore(Database database) {
    this.database = database;
  }

  @Override
  public List<TopicRule> rules() {
    return database.write(
        connection ->
            Sql.documents(connection, "select document from topic_rule", json, TopicRule.class));
  }

  @Override
  public void put(TopicRule rule) {
    execute(
        "insert or replace into topic_rule (name, document) values (?, ?)",
        rule.name(),
        json.writeValueAsString(rule));
  }

  @Override
  public void remove(String name) {
    execute("delete from topic_rule where name = ?", name);
  }

  private void execute(String sql, Object... parameters) {
    database.write(connection -> Sql.update(connection, sql, parameters));
  }
}
