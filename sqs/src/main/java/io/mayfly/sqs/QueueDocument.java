package io.mayfly.sqs;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * What SQS keeps beside a queue's messages.
 *
 * @param id tells the queue from others that had or will have its name
 * @param created in milliseconds since 1970
 * @param modified in milliseconds since 1970
 * @param attributes what the owner has set, checked
 * @param tags in the order in which they were set
 * @param tasks the last moves out of the queue, the newest first
 */
record QueueDocument(
    String id,
    long created,
    long modified,
    Map<String, String> attributes,
    Map<String, String> tags,
    List<MoveTask> tasks) {
  private static final JsonMapper JSON = JsonMapper.shared();

  QueueDocument {
    attributes = Map.copyOf(attributes);
    tasks = List.copyOf(tasks);
  }

  static QueueDocument parse(String text) {
    return JSON.readValue(text, QueueDocument.class);
  }

  String text() {
    return JSON.writeValueAsString(
        new QueueDocument(id, created, modified, new TreeMap<>(attributes), tags, tasks));
  }

  QueueDocument withAttributes(Map<String, String> changed, long now) {
    return new QueueDocument(id, created, now, changed, tags, tasks);
  }

  QueueDocument withTags(Map<String, String> changed) {
    return new QueueDocument(
        id, created, modified, attributes, new LinkedHashMap<>(changed), tasks);
  }

  QueueDocument withTasks(List<MoveTask> changed) {
    return new QueueDocument(id, created, modified, attributes, tags, changed);
  }
}
