package io.mayfly.sns;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.model.Topic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code PublishBatch}: those that are right are published together, in their order. */
final class PublishBatch implements Operation<PublishBatch.Input, PublishBatch.Output> {
  record Input(String topicArn, List<Entry> publishBatchRequestEntries) {}

  record Entry(
      String id,
      String message,
      Optional<String> subject,
      Optional<String> messageStructure,
      Map<String, AttributeValue> messageAttributes,
      Optional<String> messageDeduplicationId,
      Optional<String> messageGroupId) {
    Draft draft() {
      return new Draft(
          message,
          subject,
          messageStructure,
          messageAttributes,
          messageDeduplicationId,
          messageGroupId);
    }
  }

  record Output(List<Done> successful, List<Failed> failed) {}

  record Done(String id, String messageId, Optional<String> sequenceNumber) {}

  record Failed(String id, String code, Optional<String> message, boolean senderFault) {}

  private static final int MOST = 10;
  private static final int LONGEST_ID = 80;

  private final Topics topics;

  PublishBatch(Topics topics) {
    this.topics = topics;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Topic topic = topics.catalog().require(input.topicArn(), "TopicArn");
    List<Entry> entries = input.publishBatchRequestEntries();
    checkIds(entries);
    List<String> ids = new ArrayList<>();
    List<Published> messages = new ArrayList<>();
    List<Failed> failed = new ArrayList<>();
    int bytes = 0;
    for (Entry entry : entries) {
      try {
        Messages.Ready ready = topics.messages().ready(topic, entry.draft());
        bytes += ready.bytes();
        ids.add(entry.id());
        messages.add(ready.message());
      } catch (AwsException e) {
        failed.add(new Failed(entry.id(), e.code(), Optional.of(e.getMessage()), e.status() < 500));
      }
    }
    if (bytes > TopicAttributes.mostBytes(topic)) {
      throw SnsErrors.batch(
          "BatchRequestTooLong",
          "The length of all the messages put together is more than the limit.");
    }
    return new Output(publish(topic, ids, messages), failed);
  }

  private List<Done> publish(Topic topic, List<String> ids, List<Published> messages) {
    if (messages.isEmpty()) {
      return List.of();
    }
    List<Publisher.Done> published = topics.publisher().publish(topic, messages);
    List<Done> done = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      Publisher.Done one = published.get(i);
      done.add(new Done(ids.get(i), one.id().toString(), one.sequence()));
    }
    return done;
  }

  private static void checkIds(List<Entry> entries) {
    if (entries.isEmpty()) {
      throw SnsErrors.batch("EmptyBatchRequest", "The batch request doesn't contain any entries.");
    }
    if (entries.size() > MOST) {
      throw SnsErrors.batch(
          "TooManyEntriesInBatchRequest",
          "The batch request contains more entries than permissible.");
    }
    Set<String> ids = new HashSet<>();
    for (Entry entry : entries) {
      checkId(entry.id());
      if (!ids.add(entry.id())) {
        throw SnsErrors.batch(
            "BatchEntryIdsNotDistinct",
            "Two or more batch entries in the request have the same Id.");
      }
    }
  }

  private static void checkId(String id) {
    boolean right =
        !id.isEmpty()
            && id.length() <= LONGEST_ID
            && id.chars().allMatch(character -> TopicArns.isNameLetter((char) character));
    if (!right) {
      throw SnsErrors.batch(
          "InvalidBatchEntryId",
          id.length() > LONGEST_ID
              ? "The Id of a batch entry in the batch request is too long: " + SnsErrors.shown(id)
              : "The Id of a batch entry in the batch request contains an impermissible character: "
                  + SnsErrors.shown(id));
    }
  }
}
