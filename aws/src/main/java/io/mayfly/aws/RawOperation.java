package io.mayfly.aws;

/**
 * An action that reads and writes HTTP itself, for payloads that must stay bytes. The request is
 * authenticated, and not validated. Implementations are called by many threads at once.
 */
public interface RawOperation {
  /** The action's name in the model, which is that of the class. */
  default String name() {
    return getClass().getSimpleName();
  }

  /**
   * Does it.
   *
   * @param route names the operation and holds the decoded labels and the request
   * @throws io.mayfly.model.MayflyException an error for the caller
   * @throws AwsException an error for the caller whose code no {@code ErrorCode} has
   */
  WireAnswer handle(Route route, Caller caller);
}
