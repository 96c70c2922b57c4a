package io.mayfly.functions;

import static io.mayfly.functions.CatalogHarness.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestRecursiveLoops {
  private static final FunctionName NAME = new FunctionName("thumb");

  @TempDir Path folder;

  @Test
  void whatIsSaidOutlivesTheProcessAndGoesWithTheFunction() {
    try (CatalogHarness first = new CatalogHarness(folder)) {
      first.create(NAME);
      RecursiveLoops loops = new RecursiveLoops(first.catalog, first.store);
      assertThat(loops.allowed(NAME)).isFalse();
      loops.allow(NAME, true);
    }
    try (CatalogHarness second = new CatalogHarness(folder)) {
      RecursiveLoops loops = new RecursiveLoops(second.catalog, second.store);
      assertThat(loops.allowed(NAME)).isTrue();
      loops.allow(NAME, false);
      assertThat(second.store.recursiveLoops()).isEmpty();
      loops.allow(NAME, true);
      second.catalog.delete(NAME);
      loops.forget(NAME);
      second.create(NAME);
      assertThat(loops.allowed(NAME)).isFalse();
      assertRefused(
          () -> loops.allow(new FunctionName("absent"), true),
          ErrorCode.NOT_FOUND,
          "Function not found");
    }
  }
}
