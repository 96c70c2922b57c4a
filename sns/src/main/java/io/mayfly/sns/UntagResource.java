package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code UntagResource}: takes tags away, those that are not there too. */
final class UntagResource implements Operation<UntagResource.Input, Operation.Nothing> {
  record Input(String resourceArn, List<String> tagKeys) {}

  private final TopicCatalog catalog;

  UntagResource(TopicCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Nothing handle(Input input, Caller caller) {
    ListTagsForResource.check(catalog, input.resourceArn());
    catalog.update(
        input.resourceArn(),
        "ResourceArn",
        topic -> {
          Map<String, String> tags = new LinkedHashMap<>(topic.tags());
          input.tagKeys().forEach(tags::remove);
          return topic.withTags(tags);
        });
    return Nothing.VALUE;
  }
}
