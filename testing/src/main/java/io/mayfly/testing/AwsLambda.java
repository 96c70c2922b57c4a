package io.mayfly.testing;

import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** {@code aws lambda}, the AWS command line's part for functions, against a platform. */
public record AwsLambda(Mayfly mayfly) {
  private Ran command(String... arguments) {
    return Tools.aws(
        mayfly, Stream.concat(Stream.of("lambda"), Stream.of(arguments)).toArray(String[]::new));
  }

  /** Runs a command that succeeds. */
  public void run(String... arguments) {
    command(arguments).ok();
  }

  /** What a command that succeeds prints. */
  public JsonNode json(String... arguments) {
    return Json.of(command(arguments).ok().out());
  }

  /** What a command that is refused says. */
  public String refusal(String... arguments) {
    Ran ran = command(arguments);
    if (ran.status() == 0) {
      throw new AssertionError("not refused: " + ran.out());
    }
    return ran.err();
  }
}
