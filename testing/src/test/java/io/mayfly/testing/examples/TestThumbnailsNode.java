package io.mayfly.testing.examples;

final class TestThumbnailsNode extends AbstractTestThumbnails {
  TestThumbnailsNode() {
    super("thumbnails-node", Example.newest("nodejs"), "index.handler");
  }
}
