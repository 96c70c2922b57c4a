package io.mayfly.model;

import java.util.Optional;

/** A function's Amazon Resource Name, with or without a qualifier. */
public record FunctionArn(Account account, FunctionName name, Optional<String> qualifier) {
  public static FunctionArn of(Account account, FunctionName name) {
    return new FunctionArn(account, name, Optional.empty());
  }

  public FunctionArn qualified(String with) {
    return new FunctionArn(account, name, Optional.of(with));
  }

  @Override
  public String toString() {
    return "arn:aws:lambda:"
        + account.region()
        + ":"
        + account.id()
        + ":function:"
        + name
        + qualifier.map(text -> ":" + text).orElse("");
  }
}
