package io.mayfly.aws;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the members of a REST request that travel outside of its body. Holds no state. */
final class RestParameters {
  private RestParameters() {}

  /**
   * Adds the members of {@code input} that the path, the query string and the headers hold.
   *
   * @throws AwsException if one is malformed
   */
  static void read(Route route, Shape.Structure input, Map<String, Object> values) {
    WireRequest request = route.request();
    QueryString query = QueryString.parse(request.query());
    for (Member member : input.members().values()) {
      Optional<Object> value =
          switch (member.location()) {
            case URI ->
                Optional.ofNullable(route.labels().get(member.wireName()))
                    .map(text -> TextValues.read(member, text, TimestampFormat.ISO8601));
            case QUERY -> query(route, query, member);
            case HEADER -> header(request.headers(), member);
            case HEADERS -> headers(request.headers(), member);
            case BODY, STATUS_CODE -> Optional.empty();
          };
      value.ifPresent(found -> values.put(member.name(), found));
    }
  }

  private static Optional<Object> query(Route route, QueryString query, Member member) {
    return switch (member.shape()) {
      case Shape.ListShape list -> {
        List<Object> elements = new ArrayList<>();
        for (String text : query.all(member.wireName())) {
          elements.add(TextValues.read(list.element(), text, TimestampFormat.ISO8601));
        }
        yield elements.isEmpty() ? Optional.empty() : Optional.of(elements);
      }
      case Shape.MapShape map -> {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (String key : query.keys()) {
          if (!isTakenOut(route, key)) {
            entries.put(key, entry(query, map, key));
          }
        }
        yield entries.isEmpty() ? Optional.empty() : Optional.of(entries);
      }
      case Shape.Structure _,
          Shape.StringShape _,
          Shape.Blob _,
          Shape.NumberShape _,
          Shape.BooleanShape _,
          Shape.Timestamp _,
          Shape.Document _ ->
          queryScalar(query, member);
    };
  }

  private static Optional<Object> queryScalar(QueryString query, Member member) {
    List<String> texts = query.all(member.wireName());
    if (texts.size() > 1) {
      throw AwsException.serialization(
          "'" + member.wireName() + "' is given more than once in the query string");
    }
    return texts.stream()
        .findFirst()
        .map(text -> TextValues.read(member, text, TimestampFormat.ISO8601));
  }

  /** Whether a parameter names the operation or belongs to a signature. */
  private static boolean isTakenOut(Route route, String key) {
    return key.toLowerCase(Locale.ROOT).startsWith("x-amz-")
        || route.operation().uri().query().containsKey(key);
  }

  private static Object entry(QueryString query, Shape.MapShape map, String key) {
    if (map.value().shape() instanceof Shape.ListShape list) {
      List<Object> elements = new ArrayList<>();
      for (String text : query.all(key)) {
        elements.add(TextValues.read(list.element(), text, TimestampFormat.ISO8601));
      }
      return elements;
    }
    return TextValues.read(map.value(), query.first(key).orElse(""), TimestampFormat.ISO8601);
  }

  private static Optional<Object> header(Headers headers, Member member) {
    List<String> texts = headers.all(member.wireName());
    if (texts.isEmpty()) {
      return Optional.empty();
    }
    if (!(member.shape() instanceof Shape.ListShape list)) {
      return Optional.of(TextValues.readHeader(member, String.join(",", texts).strip()));
    }
    boolean dates =
        list.element().shape() instanceof Shape.Timestamp
            && list.element().timestampFormat(TimestampFormat.RFC822) == TimestampFormat.RFC822;
    List<Object> elements = new ArrayList<>();
    for (String text : dates ? HeaderLists.splitDates(texts) : HeaderLists.split(texts)) {
      elements.add(TextValues.readHeader(list.element(), text));
    }
    return Optional.of(elements);
  }

  private static Optional<Object> headers(Headers headers, Member member) {
    String prefix = member.wireName().toLowerCase(Locale.ROOT);
    Map<String, Object> entries = new LinkedHashMap<>();
    for (String name : headers.names()) {
      if (name.startsWith(prefix)) {
        entries.put(name.substring(prefix.length()), String.join(",", headers.all(name)));
      }
    }
    return entries.isEmpty() ? Optional.empty() : Optional.of(entries);
  }
}
