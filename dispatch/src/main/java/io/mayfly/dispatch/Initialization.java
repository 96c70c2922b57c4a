package io.mayfly.dispatch;

/**
 * Why an instance is started, as its handler reads it in {@code AWS_LAMBDA_INITIALIZATION_TYPE}.
 */
enum Initialization {
  ON_DEMAND("on-demand"),
  PROVISIONED("provisioned-concurrency"),

  /** Ahead of a call that is expected; on Lambda, too, a handler cannot tell. */
  PREWARMED("on-demand");

  private final String wireName;

  Initialization(String wireName) {
    this.wireName = wireName;
  }

  String wireName() {
    return wireName;
  }
}
