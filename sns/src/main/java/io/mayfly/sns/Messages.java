package io.mayfly.sns;

import io.mayfly.model.Topic;
import io.mayfly.model.TraceId;
import io.mayfly.queue.MessageAttribute;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;

/** Makes messages of what clients publish, or says what is wrong with it. */
final class Messages {
  private static final int LONGEST_SUBJECT = 100;
  private static final int LONGEST_ID = 128;

  private final RandomGenerator random;
  private final InstantSource clock;

  Messages(RandomGenerator random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
  }

  /**
   * A message that can be published.
   *
   * @param bytes what counts towards its and a batch's size
   */
  record Ready(Published message, int bytes) {}

  /**
   * Checks a message and makes it ready.
   *
   * @throws io.mayfly.aws.AwsException if it is not to be published
   */
  Ready ready(Topic topic, Draft draft) {
    if (draft.message().isEmpty()) {
      throw SnsErrors.invalid("Empty message");
    }
    draft.subject().ifPresent(Messages::checkSubject);
    Map<String, MessageAttribute> attributes = MessageAttributes.read(draft.attributes());
    byte[] body = draft.message().getBytes(StandardCharsets.UTF_8);
    int bytes = body.length + MessageAttributes.bytes(attributes);
    if (bytes > TopicAttributes.mostBytes(topic)) {
      throw SnsErrors.invalid("Message too long");
    }
    draft.group().ifPresent(group -> checkId(group, "MessageGroupId"));
    boolean structured = isStructured(draft);
    Published message =
        new Published(
            Ids.random(random),
            draft.message(),
            structured,
            draft.subject(),
            attributes,
            clock.instant(),
            TraceId.continueOrStart(Optional.empty(), clock.instant(), random),
            group(topic, draft),
            deduplication(topic, draft, body),
            Optional.empty());
    return new Ready(message, bytes);
  }

  private static boolean isStructured(Draft draft) {
    if (draft.structure().isEmpty()) {
      return false;
    }
    if (!draft.structure().get().equals("json")) {
      throw SnsErrors.invalid("MessageStructure");
    }
    JsonNode texts =
        Documents.object(draft.message())
            .orElseThrow(
                () -> SnsErrors.invalid("Message Structure - JSON message body failed to parse"));
    if (!texts.path("default").isString()) {
      throw SnsErrors.invalid("Message Structure - No default entry in JSON message body");
    }
    return true;
  }

  private static void checkSubject(String subject) {
    boolean right = !subject.isEmpty() && subject.length() <= LONGEST_SUBJECT;
    for (int i = 0; right && i < subject.length(); i++) {
      right = !Character.isISOControl(subject.charAt(i));
    }
    if (!right || subject.charAt(0) == ' ') {
      throw SnsErrors.invalid("Subject");
    }
  }

  private static Optional<String> group(Topic topic, Draft draft) {
    if (Topic.isFifo(topic.name()) && draft.group().isEmpty()) {
      throw SnsErrors.invalid("The MessageGroupId parameter is required for FIFO topics");
    }
    return draft.group();
  }

  private static Optional<String> deduplication(Topic topic, Draft draft, byte[] body) {
    if (!Topic.isFifo(topic.name())) {
      if (draft.deduplication().isPresent()) {
        throw SnsErrors.invalid(
            "MessageDeduplicationId",
            "The request includes MessageDeduplicationId parameter that is not valid for this topic type");
      }
      return Optional.empty();
    }
    if (draft.deduplication().isPresent()) {
      checkId(draft.deduplication().get(), "MessageDeduplicationId");
      return draft.deduplication();
    }
    if (!TopicAttributes.contentBased(topic)) {
      throw SnsErrors.invalid(
          "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly");
    }
    return Optional.of(sha256(body));
  }

  /** What tells messages of a topic with content-based deduplication apart. */
  static String sha256(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Passes a text of 1 to 128 letters, digits and punctuation of ASCII. */
  private static void checkId(String id, String parameter) {
    boolean right = !id.isEmpty() && id.length() <= LONGEST_ID;
    for (int i = 0; right && i < id.length(); i++) {
      right = id.charAt(i) > ' ' && id.charAt(i) < 0x7f;
    }
    if (!right) {
      throw SnsErrors.invalid(
          parameter,
          parameter
              + " can only include alphanumeric and punctuation characters. 1 to 128 in length");
    }
  }
}
