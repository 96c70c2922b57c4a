package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.queue.MessageAttribute;
import io.mayfly.queue.NewMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Makes messages for the queue of what clients send, or says what is wrong with it. */
final class Messages {
  static final String SENDER = "SenderId";

  /** What a message has of the request's trace header, if it does not say so itself. */
  private static final String TRACE = "AWSTraceHeader";

  /** What is longer is no trace header. */
  private static final int LONGEST_TRACE = 500;

  private static final int LONGEST_ID = 128;
  private static final String WRONG_TYPE =
      "The request includes a parameter that is not valid for this queue type";

  private final Supplier<UUID> ids;

  Messages(Supplier<UUID> ids) {
    this.ids = ids;
  }

  /**
   * A message that can be sent.
   *
   * @param bytes what counts towards its and a batch's size
   */
  record Ready(
      NewMessage message,
      int bytes,
      String bodyMd5,
      Optional<String> attributesMd5,
      Optional<String> systemMd5) {}

  /**
   * Checks a message and makes it ready.
   *
   * @throws AwsException if it is not to be sent
   */
  Ready ready(SqsQueue queue, Draft draft, Caller caller) {
    Map<String, MessageAttribute> attributes = MessageAttributes.read(draft.attributes());
    Map<String, MessageAttribute> system = MessageAttributes.readSystem(draft.system());
    if (!isValid(draft.body())) {
      throw SqsErrors.invalidContents();
    }
    byte[] body = draft.body().getBytes(StandardCharsets.UTF_8);
    int bytes = body.length + MessageAttributes.bytes(attributes);
    if (bytes > queue.mostBytes()) {
      throw SqsErrors.invalid(
          "One or more parameters are invalid. Reason: Message must be shorter than %d bytes."
              .formatted(queue.mostBytes()));
    }
    NewMessage message =
        new NewMessage(
            ids.get(),
            body,
            attributes,
            system(system, caller),
            group(queue, draft),
            deduplication(queue, draft, body),
            delay(queue, draft));
    return new Ready(
        message, bytes, Digests.md5(body), Digests.md5(attributes), Digests.md5(system));
  }

  private static Map<String, String> system(Map<String, MessageAttribute> given, Caller caller) {
    Map<String, String> system = new HashMap<>();
    caller
        .trace()
        .filter(header -> header.length() <= LONGEST_TRACE && isValid(header))
        .ifPresent(header -> system.put(TRACE, header));
    given.forEach(
        (name, attribute) ->
            system.put(name, new String(attribute.value(), StandardCharsets.UTF_8)));
    system.put(SENDER, sender(caller));
    return system;
  }

  /** The account for its owner, role and session for a session. */
  private static String sender(Caller caller) {
    int role = caller.principal().indexOf("assumed-role/");
    return role < 0
        ? caller.account()
        : caller.principal().substring(role + "assumed-role/".length()).replace('/', ':');
  }

  private static Optional<String> group(SqsQueue queue, Draft draft) {
    if (queue.fifo() && draft.group().isEmpty()) {
      throw SqsErrors.missing("MessageGroupId");
    }
    draft.group().ifPresent(group -> checkId(group, "MessageGroupId"));
    return draft.group();
  }

  private static Optional<String> deduplication(SqsQueue queue, Draft draft, byte[] body) {
    Optional<String> given = draft.deduplication();
    if (given.isPresent()) {
      if (!queue.fifo()) {
        throw SqsErrors.invalid(given.get(), "MessageDeduplicationId", WRONG_TYPE);
      }
      checkId(given.get(), "MessageDeduplicationId");
      return given;
    }
    if (queue.fifo() && !queue.contentBased()) {
      throw SqsErrors.invalid(
          "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly");
    }
    return queue.fifo() ? Optional.of(Digests.sha256(body)) : Optional.empty();
  }

  private static Optional<Duration> delay(SqsQueue queue, Draft draft) {
    if (draft.delay().isEmpty()) {
      return Optional.empty();
    }
    int seconds = Ranges.delay(draft.delay().get());
    if (queue.fifo()) {
      if (seconds > 0) {
        throw SqsErrors.invalid(seconds, "DelaySeconds", WRONG_TYPE);
      }
      // The queue's own delay holds for every message of it.
      return Optional.empty();
    }
    return Optional.of(Duration.ofSeconds(seconds));
  }

  /** Passes a text of 1 to 128 letters, digits and punctuation of ASCII. */
  static void checkId(String id, String parameter) {
    boolean right = !id.isEmpty() && id.length() <= LONGEST_ID;
    for (int i = 0; right && i < id.length(); i++) {
      right = id.charAt(i) > ' ' && id.charAt(i) < 0x7f;
    }
    if (!right) {
      throw SqsErrors.invalid(
          id,
          parameter,
          parameter
              + " can only include alphanumeric and punctuation characters. 1 to 128 in length.");
    }
  }

  /**
   * Whether a text has no other characters than those of XML 1.0. It is well-formed already: half
   * surrogate pairs have been refused where it was read.
   */
  static boolean isValid(String text) {
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      boolean control =
          character < ' ' && character != '\t' && character != '\n' && character != '\r';
      if (control || character == '\ufffe' || character == '\uffff') {
        return false;
      }
    }
    return true;
  }
}
