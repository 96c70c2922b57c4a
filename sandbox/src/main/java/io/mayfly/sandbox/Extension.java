package io.mayfly.sandbox;

import io.mayfly.model.Outcome;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An extension of an instance, an external one that is a process of its own or an internal one that
 * lives in the runtime's, and how far it is: {@code STARTED → REGISTERED → READY ⇄ RUNNING}, the
 * first for external ones only, and {@code ENDED} from everywhere. Guarded by the lock of the
 * {@link Extensions} it is one of.
 */
final class Extension {
  /** What an extension can ask to be told of. */
  enum Event {
    INVOKE,
    SHUTDOWN
  }

  /** Takes an event to an extension that asks for its next. */
  interface Receiver {
    void send(byte[] event) throws IOException;
  }

  enum State {
    STARTED("Started"),
    REGISTERED("Registered"),
    READY("Ready"),
    RUNNING("Running"),
    ENDED("Exited");

    private final String wireName;

    State(String wireName) {
      this.wireName = wireName;
    }
  }

  /** An event on its way. */
  record Delivery(Extension extension, Receiver receiver, byte[] event) {}

  /** Refused, with Lambda's error type and words. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;
    private final String errorType;

    RefusedException(String errorType, String message) {
      super(message);
      this.errorType = errorType;
    }

    String errorType() {
      return errorType;
    }
  }

  private final String name;
  private final boolean external;
  private final UUID id = UUID.randomUUID();
  private final Set<Event> events = EnumSet.noneOf(Event.class);
  private State state = State.STARTED;

  /** Where it waits for its next event. */
  private @Nullable Receiver receiver;

  /** An event that came when it did not wait, though it had asked. */
  private byte @Nullable [] owed;

  Extension(String name, boolean external) {
    this.name = name;
    this.external = external;
  }

  String name() {
    return name;
  }

  boolean external() {
    return external;
  }

  /** What it calls itself by once it has registered. */
  UUID id() {
    return id;
  }

  boolean is(State other) {
    return state == other;
  }

  boolean hears(Event event) {
    return events.contains(event);
  }

  ExtensionStatus status() {
    return new ExtensionStatus(name, state.wireName, events.stream().map(Event::name).toList());
  }

  /** It says that it is there. */
  void register(Set<Event> wanted) throws RefusedException {
    if (state != State.STARTED) {
      throw transition(State.REGISTERED);
    }
    events.addAll(wanted);
    state = State.REGISTERED;
  }

  private RefusedException transition(State to) {
    return new RefusedException(
        "Extension.InvalidExtensionState",
        "State transition from %s to %s failed for extension %s. Error: State transition is not allowed"
            .formatted(state.wireName, to.wireName, name));
  }

  /**
   * It asks for its next event, and has done with the one before. Who asks once more has given an
   * earlier connection up.
   *
   * @param shutdown what it is to hear if the instance is being shut down; empty if it is not
   */
  Optional<Delivery> next(Receiver asks, byte[] shutdown) throws RefusedException {
    if (state == State.STARTED || state == State.ENDED) {
      throw transition(State.READY);
    }
    receiver = asks;
    byte[] before = owed;
    owed = null;
    if (before != null) {
      return deliver(before);
    }
    state = State.READY;
    return shutdown.length > 0 && hears(Event.SHUTDOWN) ? deliver(shutdown) : Optional.empty();
  }

  /** An event for it, as soon as it waits for one. */
  Optional<Delivery> deliver(byte[] event) {
    state = State.RUNNING;
    Receiver asks = receiver;
    receiver = null;
    if (asks == null) {
      owed = event;
      return Optional.empty();
    }
    return Optional.of(new Delivery(this, asks, event));
  }

  /** Its client went away; it is given the event when it asks again. */
  void owe(byte[] event) {
    owed = event;
  }

  boolean waitsOver(Receiver other) {
    return other.equals(receiver);
  }

  /** The connection has gone on which it may have waited. */
  void forget(Receiver gone) {
    if (gone.equals(receiver)) {
      receiver = null;
    }
  }

  /** It reports that it cannot go on. */
  void report(State... allowed) throws RefusedException {
    if (!List.of(allowed).contains(state)) {
      throw transition(State.ENDED);
    }
    state = State.ENDED;
  }

  /**
   * Its process has ended.
   *
   * @param status as a shell has it: 128 and the signal's number for a signal
   * @return what that says of it
   */
  Outcome end(int status) {
    Outcome why = ended(status);
    state = State.ENDED;
    return why;
  }

  private Outcome ended(int status) {
    if (state == State.STARTED && (status == 126 || status == 127)) {
      return new Outcome.ExtensionError(
          "Extension.LaunchError",
          "fork/exec /opt/extensions/%s: %s"
              .formatted(name, status == 126 ? "permission denied" : "no such file or directory"));
    }
    String how =
        switch (status) {
          case 0 -> "exit code 0";
          case 134 -> "signal: aborted";
          case 137 -> "signal: killed";
          case 139 -> "signal: segmentation fault";
          case 143 -> "signal: terminated";
          default -> "exit status " + status;
        };
    return new Outcome.ExtensionError("Extension.Crash", how);
  }
}
