package io.mayfly.aws;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The path and query of a REST operation, such as {@code /2015-03-31/functions/{FunctionName}} or
 * {@code /{Bucket}/{Key+}?uploads}. A label takes one segment; a greedy label, marked by {@code +},
 * one or more. Labels are percent-decoded exactly once, after the path was split.
 *
 * @param segments the path between slashes
 * @param query what the query string must hold; an empty value: the key alone suffices
 */
public record UriTemplate(List<Segment> segments, Map<String, String> query) {
  /** A literal segment or a label. */
  public record Segment(String text, boolean label, boolean greedy) {}

  static UriTemplate parse(String template) {
    int mark = template.indexOf('?');
    String path = mark < 0 ? template : template.substring(0, mark);
    List<Segment> segments = new ArrayList<>();
    for (String part : split(path)) {
      if (part.startsWith("{") && part.endsWith("}")) {
        boolean greedy = part.endsWith("+}");
        String name = part.substring(1, part.length() - (greedy ? 2 : 1));
        segments.add(new Segment(name, true, greedy));
      } else {
        segments.add(new Segment(part, false, false));
      }
    }
    Map<String, String> query = new LinkedHashMap<>();
    if (mark >= 0) {
      for (String pair : template.substring(mark + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        query.put(
            equals < 0 ? pair : pair.substring(0, equals),
            equals < 0 ? "" : pair.substring(equals + 1));
      }
    }
    return new UriTemplate(List.copyOf(segments), query);
  }

  /** How many segments are literal: of two templates that match, the one with more is meant. */
  int literals() {
    return (int) segments.stream().filter(segment -> !segment.label()).count();
  }

  /** The segments of a raw path, still encoded; a slash at the end counts for nothing. */
  static List<String> split(String rawPath) {
    String path = rawPath.startsWith("/") ? rawPath.substring(1) : rawPath;
    if (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    return path.isEmpty() ? List.of() : Arrays.asList(path.split("/", -1));
  }

  /**
   * The labels' values if {@code path} fits.
   *
   * @param path as {@link #split} gives it
   * @param endsWithSlash whether the path ended with a slash, which belongs to a greedy label
   * @throws AwsException if a label is badly encoded
   */
  Optional<Map<String, String>> match(List<String> path, boolean endsWithSlash) {
    boolean greedy = !segments.isEmpty() && segments.getLast().greedy();
    if (greedy ? path.size() < segments.size() : path.size() != segments.size()) {
      return Optional.empty();
    }
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      if (segment.label()
          ? path.get(i).isEmpty() && !segment.greedy()
          : !segment.text().equals(path.get(i))) {
        return Optional.empty();
      }
    }
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      if (segment.label()) {
        String raw =
            segment.greedy()
                ? String.join("/", path.subList(i, path.size())) + (endsWithSlash ? "/" : "")
                : path.get(i);
        labels.put(segment.text(), Percent.decode(raw));
      }
    }
    return Optional.of(labels);
  }

  /** The path with the labels filled in, percent-encoded; without the query. */
  String fill(Map<String, String> labels) {
    StringBuilder path = new StringBuilder();
    for (Segment segment : segments) {
      path.append('/');
      if (segment.label()) {
        String value = labels.getOrDefault(segment.text(), "");
        path.append(segment.greedy() ? Percent.encodePath(value) : Percent.encode(value));
      } else {
        path.append(segment.text());
      }
    }
    return path.isEmpty() ? "/" : path.toString();
  }
}
