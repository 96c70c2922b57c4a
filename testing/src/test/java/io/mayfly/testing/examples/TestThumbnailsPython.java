package io.mayfly.testing.examples;

final class TestThumbnailsPython extends AbstractTestThumbnails {
  private static final String RUNTIME = Example.newest("python");

  TestThumbnailsPython() {
    super("thumbnails-python", RUNTIME, "thumbnails.handler", RUNTIME.replace("python", ""));
  }
}
