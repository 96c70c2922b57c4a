package io.mayfly.sns;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Topic;
import java.util.List;

/** {@code ListTagsForResource}: those of a topic, in the order in which they were set. */
final class ListTagsForResource
    implements Operation<ListTagsForResource.Input, ListTagsForResource.Output> {
  record Input(String resourceArn) {}

  record Output(List<Tag> tags) {}

  private final TopicCatalog catalog;

  ListTagsForResource(TopicCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    return new Output(Tag.list(check(catalog, input.resourceArn()).tags()));
  }

  /** The topic that tags are asked of, which has other words for one that is not there. */
  static Topic check(TopicCatalog catalog, String arn) {
    catalog.arns().check(arn, "ResourceArn");
    return catalog
        .arns()
        .topic(arn)
        .filter(name -> catalog.arns().arn(name).equals(arn))
        .flatMap(catalog::topic)
        .orElseThrow(SnsErrors::noResource);
  }
}
