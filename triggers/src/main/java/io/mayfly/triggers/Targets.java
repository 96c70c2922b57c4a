package io.mayfly.triggers;

import io.mayfly.queue.Forward;
import java.util.Map;

/**
 * All places that can be told what became of events, by the service in their ARNs. The role of the
 * function whose event it is must be allowed to tell them.
 */
public final class Targets {
  private static final int ARN_PARTS = 6;

  /** Whether a role may do something. */
  @FunctionalInterface
  public interface RolePermissions {
    boolean allow(String role, String action, String resource);
  }

  /**
   * A kind of target.
   *
   * @param action what a role needs permission for
   */
  public record Kind(String action, Target target) {}

  private final Map<String, Kind> kinds;
  private final RolePermissions permissions;

  /**
   * @param kinds by the service in an ARN, such as {@code sqs}
   */
  public Targets(Map<String, Kind> kinds, RolePermissions permissions) {
    this.kinds = Map.copyOf(kinds);
    this.permissions = permissions;
  }

  /**
   * What is to be written for a target.
   *
   * @param role the ARN of the execution role that it is done with
   * @throws UndeliverableException if the platform has no such target, or the role may not
   */
  public Forward forward(String arn, String role, Notice notice) {
    String[] parts = arn.split(":", ARN_PARTS);
    if (parts.length < ARN_PARTS) {
      throw new UndeliverableException("it is no ARN");
    }
    Kind kind = kinds.get(parts[2]);
    if (kind == null) {
      throw new UndeliverableException("this platform has no service " + parts[2] + " yet");
    }
    if (!permissions.allow(role, kind.action(), arn)) {
      throw new UndeliverableException("%s is not allowed %s on it".formatted(role, kind.action()));
    }
    return kind.target().forward(arn, notice);
  }
}
