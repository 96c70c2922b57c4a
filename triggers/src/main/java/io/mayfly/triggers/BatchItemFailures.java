package io.mayfly.triggers;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a function says of single messages of its batch ("Implementing partial batch responses" in
 * the developer guide). Its answer may be anything.
 */
final class BatchItemFailures {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String LIST = "batchItemFailures";
  private static final String ID = "itemIdentifier";

  private BatchItemFailures() {}

  /**
   * The messages that failed: none if the function says nothing of them. Empty if the whole batch
   * has failed, because the answer is no JSON, or names what was not in the batch.
   *
   * @param ids of the batch
   */
  static Optional<Set<String>> parse(byte[] answer, Set<String> ids) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), answer)) {
      Set<String> failed = new HashSet<>();
      boolean good = parser.nextToken() != null && readAnswer(parser, ids, failed);
      return good && parser.nextToken() == null ? Optional.of(failed) : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static boolean readAnswer(JsonParser parser, Set<String> ids, Set<String> failed) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return true;
    }
    boolean good = true;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean list = parser.currentName().equals(LIST);
      JsonToken value = parser.nextToken();
      if (list && value == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          good &= readItem(parser, ids, failed);
        }
      } else {
        good &= !list || value == JsonToken.VALUE_NULL;
        parser.skipChildren();
      }
    }
    return good;
  }

  private static boolean readItem(JsonParser parser, Set<String> ids, Set<String> failed) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return false;
    }
    boolean good = false;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean id = parser.currentName().equals(ID);
      if (parser.nextToken() == JsonToken.VALUE_STRING && id && ids.contains(parser.getString())) {
        failed.add(parser.getString());
        good = true;
      } else {
        parser.skipChildren();
      }
    }
    return good;
  }
}
