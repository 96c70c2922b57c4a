package io.mayfly.dispatch;

/**
 * Why an instance is started, as its handler reads it in {@code AWS_LAMBDA_INITIALIZATION_TYPE}.
 */
enum Initialization {
  ON_DEMAND("on-demand"),
  PROVISIONED("provisioned-concurrency");

  private final String wireName;

  Initialization(String wireName) {
    this.wireName = wireName;
  }

  String wireName() {
    return wireName;
  }
}
