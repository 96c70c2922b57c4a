package io.mayfly.testing.examples;

final class TestEchoJava extends AbstractTestEcho {
  TestEchoJava() {
    super("echo-java", Example.newest("java"), "Echo::handle");
  }
}
