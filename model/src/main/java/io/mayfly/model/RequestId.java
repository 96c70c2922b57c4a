package io.mayfly.model;

/** The id of one invocation, a UUID in text form, as callers and handlers see it. */
public record RequestId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
