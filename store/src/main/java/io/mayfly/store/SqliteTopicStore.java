package io.mayfly.store;

import io.mayfly.model.Subscription;
import io.mayfly.model.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Topics and subscriptions as JSON documents in SQLite. */
public final class SqliteTopicStore implements TopicStore {
  private final Database database;
  private final JsonMapper json = JsonMapper.shared();

  public SqliteTopicStore(Database database) {
    this.database = database;
  }

  @Override
  public List<Topic> topics() {
    return documents("select document from topic", Topic.class);
  }

  @Override
  public List<Subscription> subscriptions() {
    return documents("select document from subscription", Subscription.class);
  }

  private <T> List<T> documents(String sql, Class<T> type) {
    return database.write(connection -> Sql.documents(connection, sql, json, type));
  }

  @Override
  public void put(Topic topic) {
    var _ = database.write(connection -> put(connection, topic));
  }

  private int put(Connection connection, Topic topic) throws SQLException {
    return Sql.update(
        connection,
        "insert or replace into topic (name, document) values (?, ?)",
        topic.name(),
        json.writeValueAsString(topic));
  }

  @Override
  public void put(Subscription subscription) {
    var _ =
        database.write(
            connection ->
                Sql.update(
                    connection,
                    "insert or replace into subscription (id, document) values (?, ?)",
                    subscription.id(),
                    json.writeValueAsString(subscription)));
  }

  @Override
  public void remove(Subscription subscription, Topic topic) {
    var _ = database.write(connection -> remove(connection, subscription) + put(connection, topic));
  }

  private static int remove(Connection connection, Subscription subscription) throws SQLException {
    return Sql.update(connection, "delete from subscription where id = ?", subscription.id());
  }

  @Override
  public void remove(Topic topic, List<Subscription> subscriptions) {
    var _ =
        database.write(
            connection -> {
              for (Subscription each : subscriptions) {
                var _ = remove(connection, each);
              }
              return Sql.update(connection, "delete from topic where name = ?", topic.name());
            });
  }
}
