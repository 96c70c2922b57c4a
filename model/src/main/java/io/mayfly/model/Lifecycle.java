package io.mayfly.model;

import java.util.Optional;

/**
 * A function's {@code State} and {@code LastUpdateStatus}, as the Lambda developer guide ("Lambda
 * function states") describes them.
 */
public record Lifecycle(
    State state,
    Optional<Reason> stateReason,
    Optional<UpdateStatus> update,
    Optional<Reason> updateReason) {
  /** Whether the function can be invoked. */
  public enum State {
    PENDING("Pending"),
    ACTIVE("Active"),
    FAILED("Failed");

    private final String wireName;

    State(String wireName) {
      this.wireName = wireName;
    }

    public String wireName() {
      return wireName;
    }
  }

  /** How the last update went. */
  public enum UpdateStatus {
    IN_PROGRESS("InProgress"),
    SUCCESSFUL("Successful"),
    FAILED("Failed");

    private final String wireName;

    UpdateStatus(String wireName) {
      this.wireName = wireName;
    }

    public String wireName() {
      return wireName;
    }
  }

  /**
   * Why a state is what it is.
   *
   * @param code one of the API's codes, for example {@code Creating}
   * @param text for people
   */
  public record Reason(String code, String text) {}

  /** A function whose code is being made ready for the first time. */
  public static Lifecycle creating() {
    return new Lifecycle(
        State.PENDING,
        Optional.of(new Reason("Creating", "The function is being created.")),
        Optional.empty(),
        Optional.empty());
  }

  /** A function that serves, with its last change done. */
  public static Lifecycle active() {
    return new Lifecycle(
        State.ACTIVE, Optional.empty(), Optional.of(UpdateStatus.SUCCESSFUL), Optional.empty());
  }

  /** A function that never got ready. */
  public static Lifecycle failed(String code, String text) {
    return new Lifecycle(
        State.FAILED, Optional.of(new Reason(code, text)), Optional.empty(), Optional.empty());
  }

  /** The same state with an update under way. */
  public Lifecycle updating() {
    return new Lifecycle(
        state,
        stateReason,
        Optional.of(UpdateStatus.IN_PROGRESS),
        Optional.of(new Reason("Creating", "The function is being created.")));
  }

  /** The same state after an update that came to nothing; what was there before goes on serving. */
  public Lifecycle updateFailed(String code, String text) {
    return new Lifecycle(
        state, stateReason, Optional.of(UpdateStatus.FAILED), Optional.of(new Reason(code, text)));
  }

  /** Whether an update is under way, so that another must wait. */
  public boolean busy() {
    return state == State.PENDING || update.equals(Optional.of(UpdateStatus.IN_PROGRESS));
  }
}
