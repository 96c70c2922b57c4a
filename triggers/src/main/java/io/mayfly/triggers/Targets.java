package io.mayfly.triggers;

import io.mayfly.queue.Forward;
import io.mayfly.triggers.UndeliverableException.Reason;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All places of an account that can be told of something, by the service in their ARNs: what became
 * of an event, what a rule, a topic or a schedule has for them. Whoever tells them must be allowed
 * to. Safe for use by many threads.
 */
public final class Targets {
  private static final int ARN_PARTS = 6;

  /** Who may tell what. */
  @FunctionalInterface
  public interface Access {
    boolean allows(Sender sender, String action, String resource);
  }

  /**
   * A kind of target.
   *
   * @param action what a sender needs permission for
   */
  public record Kind(String action, Target target) {}

  private final Map<String, Kind> kinds = new ConcurrentHashMap<>();
  private final Access access;

  public Targets(Access access) {
    this.access = access;
  }

  /**
   * Takes up a kind of target.
   *
   * @param service as ARNs name it, such as {@code sqs}
   */
  public void add(String service, Kind kind) {
    kinds.put(service, kind);
  }

  /** Whether there are targets of a service, as ARNs name it. */
  public boolean knows(String service) {
    return kinds.containsKey(service);
  }

  /**
   * What is to be written for a target.
   *
   * @throws UndeliverableException if the platform has no such target, it does not take the notice,
   *     or the sender may not
   */
  public List<Forward> forward(String arn, Sender sender, Notice notice) {
    return permitted(arn, sender).forward(arn, notice);
  }

  /**
   * The kind of target that an ARN names, which a sender may tell.
   *
   * @throws UndeliverableException if the platform has no such kind, or the sender may not
   */
  public Target permitted(String arn, Sender sender) {
    String[] parts = arn.split(":", ARN_PARTS);
    if (parts.length < ARN_PARTS) {
      throw new UndeliverableException(Reason.INVALID_PARAMETER, "it is no ARN");
    }
    Kind kind = kinds.get(parts[2]);
    if (kind == null) {
      throw new UndeliverableException("this platform has no service " + parts[2] + " yet");
    }
    if (!access.allows(sender, kind.action(), arn)) {
      throw new UndeliverableException(
          Reason.NO_PERMISSIONS, "%s is not allowed %s on it".formatted(sender, kind.action()));
    }
    return kind.target();
  }
}
