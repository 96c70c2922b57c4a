package io.mayfly.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.smithy.model.node.ObjectNode;

/**
 * Compares the faults of a request as Smithy's framework for servers words them with those of the
 * engine, which speaks as Lambda does: both must find the same constraints broken at the same
 * places.
 */
final class SmithyFaults {
  private static final Pattern FAULT =
      Pattern.compile(
          "Value(?: with length ([0-9]+))? at '/(.*?)' failed to satisfy constraint: (.*)");
  private static final Pattern BETWEEN =
      Pattern.compile("Member must (have length|be) between (.*) and (.*), inclusive");
  private static final Pattern BOUND =
      Pattern.compile("Member must be (greater|less) than or equal to (.*)");

  private SmithyFaults() {}

  static void assertSame(ObjectNode expected, ObjectNode actual) {
    List<String> faults = new ArrayList<>();
    expected
        .expectArrayMember("fieldList")
        .forEach(
            fault ->
                faults.add(
                    lambdas(fault.expectObjectNode().expectStringMember("message").getValue())));
    String count =
        faults.size() == 1
            ? "1 validation error detected: "
            : faults.size() + " validation errors detected: ";
    assertThat(actual.expectStringMember("message").getValue())
        .matches(Pattern.compile(Pattern.quote(count) + String.join("; ", faults), Pattern.DOTALL));
  }

  /** A pattern for a fault in Lambda's words. */
  private static String lambdas(String fault) {
    Matcher parts = FAULT.matcher(fault);
    assertThat(parts.matches()).as(fault).isTrue();
    return "Value.* at '"
        + place(parts.group(2))
        + "' failed to satisfy constraint: "
        + "(Member must satisfy constraint: \\[|Map keys must satisfy constraint: \\["
        + "|Map value must satisfy constraint: \\[)?"
        + constraint(parts.group(3))
        + "\\]?";
  }

  /** Lambda says which list or map has a bad element, but not which element. */
  private static String place(String path) {
    StringBuilder place = new StringBuilder();
    String[] steps = path.split("/", -1);
    for (int i = 0; i < steps.length; i++) {
      boolean isNumber = steps[i].matches("[0-9]+");
      String step =
          isNumber ? Integer.parseInt(steps[i]) + 1 + "\\.member" : Pattern.quote(steps[i]);
      String dotted = (i > 0 ? "\\." : "") + step;
      boolean isLast = i > 0 && i == steps.length - 1;
      place.append(isLast ? "(" + dotted + "(\\.member)?)?" : dotted);
    }
    return place.toString();
  }

  private static String constraint(String smithys) {
    Matcher between = BETWEEN.matcher(smithys);
    if (between.matches()) {
      String start = "Member must have " + (between.group(1).equals("be") ? "value " : "length ");
      return "("
          + Pattern.quote(start + "greater than or equal to " + between.group(2))
          + "|"
          + Pattern.quote(start + "less than or equal to " + between.group(3))
          + ")";
    }
    Matcher bound = BOUND.matcher(smithys);
    return Pattern.quote(
        bound.matches()
            ? "Member must have value " + bound.group(1) + " than or equal to " + bound.group(2)
            // Cases without parameters keep the escape that templates have for a dollar sign.
            : smithys.replace("$$", "$"));
  }
}
