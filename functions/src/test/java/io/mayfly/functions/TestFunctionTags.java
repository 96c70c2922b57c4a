package io.mayfly.functions;

import static io.mayfly.functions.CatalogHarness.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFunctionTags {
  private static final FunctionName NAME = new FunctionName("thumb");

  @TempDir Path folder;
  private CatalogHarness platform;
  private FunctionTags tags;

  @BeforeEach
  void start() {
    platform = new CatalogHarness(folder);
    tags = new FunctionTags(platform.catalog, platform.store);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private static Map<String, String> many(int count) {
    Map<String, String> result = new HashMap<>();
    for (int i = 0; i < count; i++) {
      result.put("key-" + i, "value");
    }
    return result;
  }

  @Test
  void tagsAreThereFromTheCreationOnAndOutliveTheProcess() {
    platform.create(NAME, Map.of("team", "x", "cost", "1"));
    tags.tag(NAME, Map.of("team", "y"));
    tags.untag(NAME, List.of("cost", "absent"));
    platform = platform.restart();
    tags = new FunctionTags(platform.catalog, platform.store);
    assertThat(tags.list(NAME)).containsExactly(Map.entry("team", "y"));
    platform.catalog.delete(NAME);
    platform.create(NAME);
    assertThat(tags.list(NAME)).as("tags of a function that was").isEmpty();
  }

  @Test
  void aFunctionHasFiftyTagsAndNoMore() {
    platform.create(NAME, many(50));
    tags.tag(NAME, Map.of("key-0", "another value"));
    String refusal = "Number of tags exceeds resource tag limit.";
    assertRefused(
        () -> tags.tag(NAME, Map.of("one", "more")), ErrorCode.INVALID_PARAMETER, refusal);
    assertRefused(
        () -> platform.create(new FunctionName("other"), many(51)),
        ErrorCode.INVALID_PARAMETER,
        refusal);
    assertThat(platform.catalog.find(new FunctionName("other"))).isEmpty();
    assertThat(tags.list(NAME)).hasSize(50);
  }

  @Test
  void keysOfAwsOwnAreRefused() {
    platform.create(NAME);
    assertRefused(
        () -> tags.tag(NAME, Map.of("AWS:cloudformation:stack", "x")),
        ErrorCode.INVALID_PARAMETER,
        "aws: prefixed tag key names are not allowed for external use.");
    assertThat(tags.list(NAME)).isEmpty();
  }

  @Test
  void functionsThatAreNotThereHaveNone() {
    String refusal = "Function not found: arn:aws:lambda:us-east-1:000000000000:function:thumb";
    assertRefused(() -> tags.list(NAME), ErrorCode.NOT_FOUND, refusal);
    assertRefused(() -> tags.tag(NAME, Map.of("a", "b")), ErrorCode.NOT_FOUND, refusal);
    assertRefused(() -> tags.untag(NAME, List.of("a")), ErrorCode.NOT_FOUND, refusal);
  }
}
