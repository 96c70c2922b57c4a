package io.mayfly.model;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * That a function is to be called with the records of an event source.
 *
 * @param qualifier a version or an alias of the function, if one is meant
 */
public record EventSourceMapping(
    String uuid,
    EventSource source,
    FunctionName function,
    Optional<String> qualifier,
    boolean enabled,
    EventSourceSettings settings,
    Map<String, String> tags,
    Instant lastModified) {
  public EventSourceMapping {
    tags = Map.copyOf(tags);
  }

  public FunctionArn functionArn(Account account) {
    return new FunctionArn(account, function, qualifier);
  }

  public String arn(Account account) {
    return arn(account, uuid);
  }

  /** The ARN that a mapping with this UUID has. */
  public static String arn(Account account, String uuid) {
    return "arn:aws:lambda:%s:%s:event-source-mapping:%s"
        .formatted(account.region(), account.id(), uuid);
  }

  public EventSourceMapping withTags(Map<String, String> next) {
    return new EventSourceMapping(
        uuid, source, function, qualifier, enabled, settings, next, lastModified);
  }
}
