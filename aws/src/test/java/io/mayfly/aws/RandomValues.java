package io.mayfly.aws;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Values of a shape's type (not within its constraints), from a seeded source. */
final class RandomValues {
  private static final int DEEPEST = 6;
  private static final List<String> PIECES =
      List.of(
          "a",
          "Z",
          "7",
          " ",
          "\n",
          "\t",
          "\r",
          "&",
          "<",
          ">",
          "\"",
          "'",
          "/",
          "%",
          "\u20ac",
          "\ud83d\ude00",
          "\\",
          "]]>");

  private final Random random;

  RandomValues(long seed) {
    this.random = new Random(seed);
  }

  Map<String, Object> structure(Shape.Structure shape) {
    return structure(shape, 0).orElseGet(LinkedHashMap::new);
  }

  private Optional<Map<String, Object>> structure(Shape.Structure shape, int depth) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (shape.union()) {
      List<Member> members = new ArrayList<>(shape.members().values());
      Member one = members.get(random.nextInt(members.size()));
      return depth < DEEPEST
          ? value(one, depth + 1).map(value -> Map.of(one.name(), value))
          : Optional.empty();
    }
    for (Member member : shape.members().values()) {
      if (random.nextInt(3) > 0 && depth < DEEPEST) {
        value(member, depth + 1).ifPresent(value -> values.put(member.name(), value));
      }
    }
    return Optional.of(values);
  }

  private Optional<Object> value(Member member, int depth) {
    return switch (member.shape()) {
      case Shape.Structure structure -> structure(structure, depth).map(value -> value);
      case Shape.ListShape list -> {
        List<Object> elements = new ArrayList<>();
        for (int i = random.nextInt(2) + (member.flattened() ? 1 : 0); i >= 0; i--) {
          value(list.element(), depth + 1).ifPresent(elements::add);
        }
        yield elements.isEmpty() ? Optional.empty() : Optional.of(elements);
      }
      case Shape.MapShape map -> {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          String key = text() + i;
          value(map.value(), depth + 1).ifPresent(value -> entries.put(key, value));
        }
        yield entries.isEmpty() ? Optional.empty() : Optional.of(entries);
      }
      case Shape.StringShape _ ->
          Optional.of(member.location() == Member.Location.BODY ? text() : "h" + random.nextInt());
      case Shape.Blob _ -> {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        yield Optional.of(bytes);
      }
      case Shape.BooleanShape _ -> Optional.of(random.nextBoolean());
      case Shape.NumberShape number ->
          Optional.of(
              switch (number.kind()) {
                case BYTE -> (Object) (byte) random.nextInt();
                case SHORT -> (short) random.nextInt();
                case INTEGER -> random.nextInt();
                case LONG -> random.nextLong();
                case FLOAT -> random.nextFloat();
                case DOUBLE -> random.nextGaussian();
              });
      case Shape.Document _ -> Optional.of(Map.of(text(), List.of(text(), true)));
      case Shape.Timestamp _ ->
          Optional.of(Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE)));
    };
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }
}
