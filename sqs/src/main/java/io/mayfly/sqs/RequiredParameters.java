package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Intake;
import io.mayfly.aws.Member;
import io.mayfly.aws.Route;
import io.mayfly.aws.Shape;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that lack what they must have, in SQS's words. A request that is sent to a
 * queue's own address need not name the queue again. The other constraints of the model, names of
 * attributes, are the actions' to check.
 */
final class RequiredParameters implements Intake {
  private static final String QUEUE_URL = "QueueUrl";

  @Override
  public void check(Route route, Map<String, Object> values) {
    Shape.Structure input = route.service().input(route.operation());
    String path = route.request().path();
    if (path.length() > 1 && input.members().containsKey(QUEUE_URL)) {
      values.putIfAbsent(QUEUE_URL, path);
    }
    String missing = missing(values, input);
    if (missing != null) {
      throw SqsErrors.missing(missing);
    }
  }

  /** The place of the first that is missing. Places are put together only where one is. */
  private static @Nullable String missing(Map<String, Object> values, Shape.Structure shape) {
    for (Member member : shape.members().values()) {
      Object value = values.get(member.name());
      if (value == null) {
        if (member.required()) {
          return member.name();
        }
      } else if (member.shape() instanceof Shape.ListShape list
          && list.element().shape() instanceof Shape.Structure element) {
        String missing = missing((List<?>) value, list, element);
        if (missing != null) {
          return missing;
        }
      } else if (member.shape() instanceof Shape.MapShape map
          && map.value().shape() instanceof Shape.Structure) {
        ((Map<?, ?>) value).forEach(RequiredParameters::checkType);
      }
    }
    return null;
  }

  private static @Nullable String missing(
      List<?> elements, Shape.ListShape list, Shape.Structure element) {
    for (int i = 0; i < elements.size(); i++) {
      String missing = missing(structure(elements.get(i)), element);
      if (missing != null) {
        String name = list.name().substring(0, list.name().length() - "List".length());
        return name + "." + (i + 1) + "." + missing;
      }
    }
    return null;
  }

  private static void checkType(Object name, Object attribute) {
    if (!structure(attribute).containsKey("DataType")) {
      throw noType((String) name);
    }
  }

  static AwsException noType(String attribute) {
    return SqsErrors.invalid(
        "The message attribute '%s' must contain non-empty message attribute type."
            .formatted(attribute));
  }

  @SuppressWarnings("unchecked") // the engine's values of structures are such maps
  private static Map<String, Object> structure(Object value) {
    return (Map<String, Object>) value;
  }
}
