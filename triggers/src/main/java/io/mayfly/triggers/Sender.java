package io.mayfly.triggers;

/** On whose behalf a target is told something. */
public sealed interface Sender {
  /**
   * A role, which its policies let do what is needed.
   *
   * @param arn of the role
   */
  record Role(String arn) implements Sender {
    @Override
    public String toString() {
      return arn;
    }
  }

  /**
   * A service, which the target's own policy lets do what is needed.
   *
   * @param principal its host name, such as {@code events.amazonaws.com}
   * @param sourceArn the rule, topic or schedule for which it does so
   */
  record Service(String principal, String sourceArn) implements Sender {
    @Override
    public String toString() {
      return principal + " for " + sourceArn;
    }
  }
}
