package io.mayfly.testing.examples;

final class TestThumbnailsJava extends AbstractTestThumbnails {
  TestThumbnailsJava() {
    super("thumbnails-java", Example.newest("java"), "thumbnails.Handler");
  }
}
