package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code TagResource}: adds tags and changes those that are there. */
final class TagResource implements Operation<TagResource.Input, Operation.Nothing> {
  record Input(String resourceArn, List<Tag> tags) {}

  private final TopicCatalog catalog;

  TagResource(TopicCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    Map<String, String> given = Tag.map(input.tags());
    ListTagsForResource.check(catalog, input.resourceArn());
    catalog.update(
        input.resourceArn(),
        "ResourceArn",
        topic -> {
          Map<String, String> tags = new LinkedHashMap<>(topic.tags());
          tags.putAll(given);
          return topic.withTags(Tag.checked(tags));
        });
    return Nothing.VALUE;
  }
}
