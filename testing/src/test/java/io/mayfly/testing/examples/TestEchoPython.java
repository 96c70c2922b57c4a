package io.mayfly.testing.examples;

final class TestEchoPython extends AbstractTestEcho {
  TestEchoPython() {
    super("echo-python", Example.newest("python"), "echo.handler");
  }
}
