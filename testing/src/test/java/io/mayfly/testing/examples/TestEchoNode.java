package io.mayfly.testing.examples;

final class TestEchoNode extends AbstractTestEcho {
  TestEchoNode() {
    super("echo-node", Example.newest("nodejs"), "index.handler");
  }
}
