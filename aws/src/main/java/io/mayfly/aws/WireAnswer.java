package io.mayfly.aws;

/** What is answered to a request: all of it at once, or as it comes about. */
public sealed interface WireAnswer permits WireResponse, WireStream {
  int status();

  Headers headers();
}
