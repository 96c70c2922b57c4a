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
 * What a function says of single records of its batch ("Implementing partial batch responses" in
 * the developer guide). Its answer may be anything.
 */
public final class BatchItemFailures {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String LIST = "batchItemFailures";
  private static final String ID = "itemIdentifier";

  private BatchItemFailures() {}

  /** Reads what names one record. */
  @FunctionalInterface
  public interface Identifier {
    /**
     * Reads a value to its end, whatever it is.
     *
     * @param parser stands at the value
     * @return whether it names a record of the batch
     */
    boolean read(JsonParser parser);
  }

  /**
   * The messages that failed: none if the function says nothing of them. Empty if the whole batch
   * has failed, because the answer is no JSON, or names what was not in the batch.
   *
   * @param ids of the batch
   */
  static Optional<Set<String>> parse(byte[] answer, Set<String> ids) {
    Set<String> failed = new HashSet<>();
    boolean good =
        read(
            answer,
            parser -> {
              if (parser.currentToken() == JsonToken.VALUE_STRING
                  && ids.contains(parser.getString())) {
                failed.add(parser.getString());
                return true;
              }
              parser.skipChildren();
              return false;
            });
    return good ? Optional.of(failed) : Optional.empty();
  }

  /**
   * Reads an answer.
   *
   * @return false if the whole batch has failed, because the answer is no JSON, or names what was
   *     not in the batch
   */
  public static boolean read(byte[] answer, Identifier each) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), answer)) {
      boolean good = parser.nextToken() != null && readAnswer(parser, each);
      return good && parser.nextToken() == null;
    } catch (JacksonException e) {
      return false;
    }
  }

  private static boolean readAnswer(JsonParser parser, Identifier each) {
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
          good &= readItem(parser, each);
        }
      } else {
        good &= !list || value == JsonToken.VALUE_NULL;
        parser.skipChildren();
      }
    }
    return good;
  }

  private static boolean readItem(JsonParser parser, Identifier each) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return false;
    }
    boolean good = false;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean id = parser.currentName().equals(ID);
      parser.nextToken();
      if (id) {
        good |= each.read(parser);
      } else {
        parser.skipChildren();
      }
    }
    return good;
  }
}
