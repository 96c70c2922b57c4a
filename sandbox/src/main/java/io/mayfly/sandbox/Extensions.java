package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The extensions of one instance, external ones that are processes of their own and internal ones
 * that live in the runtime's, and how far each is ("Using the Lambda Extensions API to create
 * extensions"): {@code STARTED → REGISTERED → READY ⇄ RUNNING}, the first for external ones only.
 *
 * <p>Any thread may call. All state is under {@link #lock}; nothing is written to a socket and
 * nobody is told anything under it.
 */
final class Extensions {
  /** What an extension can ask to be told of. */
  enum Event {
    INVOKE,
    SHUTDOWN
  }

  /** Why an instance ends, as extensions hear it. */
  enum ShutdownReason {
    SPINDOWN,
    TIMEOUT,
    FAILURE;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Takes an event to an extension that asks for its next. */
  interface Receiver {
    void send(byte[] event) throws IOException;
  }

  private enum State {
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

  /** Guarded by the lock of those it is one of. */
  private static final class Extension {
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

    boolean hears(Event event) {
      return events.contains(event);
    }
  }

  /** An event on its way. */
  private record Delivery(Extension extension, Receiver receiver, byte[] event) {}

  private final ExtensionsSpec spec;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private final Map<String, Extension> byName = new LinkedHashMap<>();
  private final List<Runnable> settled = new ArrayList<>();
  private final boolean severalCalls;

  /** Whether somebody calls back, who goes on with what comes meanwhile. */
  private boolean telling;

  /** Read on the way of every call, without the lock. */
  private volatile boolean any;

  private Consumer<Outcome> failed = outcome -> {};
  private @Nullable Outcome failure;
  private boolean registrationClosed;
  private boolean shuttingDown;
  private boolean closed;

  /** What those hear who ask while the instance is being shut down. */
  private byte[] shutdownEvent = {};

  private boolean runtimeEnded;

  /**
   * @param severalCalls whether the instance takes several calls at a time, of which extensions are
   *     not told
   */
  Extensions(ExtensionsSpec spec, boolean severalCalls) {
    this.spec = spec;
    this.severalCalls = severalCalls;
    // If there are more, none is started: what is said of them need not name them all.
    spec.programs().stream()
        .limit(ExtensionsSpec.MOST)
        .forEach(name -> byName.put(name, new Extension(name, true)));
    any = !byName.isEmpty();
  }

  ExtensionsSpec spec() {
    return spec;
  }

  /** Tells who is to end the instance if an extension fails, once. To be called first. */
  void whenFailed(Consumer<Outcome> listener) {
    failed = listener;
  }

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

  /**
   * An extension says that it is there: an external one under the name of its file, an internal one
   * under any other.
   *
   * @return what it calls itself by from now on
   */
  UUID register(String name, List<String> events) throws RefusedException {
    lock.lock();
    try {
      Extension known = byName.get(name);
      boolean external = known != null && known.external;
      Set<Event> wanted = EnumSet.noneOf(Event.class);
      for (String event : events) {
        wanted.add(event(event, external));
      }
      if (known != null && !external) {
        throw new RefusedException(
            "Extension.InvalidExtensionState", "Extension with this name already registered");
      }
      if (known != null && known.state != State.STARTED) {
        throw transition(known, State.REGISTERED);
      }
      if (known == null) {
        known = newcomer(name);
      }
      known.events.addAll(wanted);
      known.state = State.REGISTERED;
      change.signalAll();
      return known.id;
    } finally {
      lock.unlock();
    }
  }

  private Event event(String name, boolean external) throws RefusedException {
    if (name.equals("INVOKE") && !severalCalls) {
      return Event.INVOKE;
    }
    if (name.equals("SHUTDOWN") && external) {
      return Event.SHUTDOWN;
    }
    throw new RefusedException(
        "Extension.InvalidEventType",
        name
            + (name.equals("SHUTDOWN")
                ? ": event not supported for internal extensions"
                : ": invalid event type"));
  }

  private Extension newcomer(String name) throws RefusedException {
    if (registrationClosed || shuttingDown || closed) {
      throw new RefusedException(
          "Extension.RegistrationClosed", "Extension registration closed already");
    }
    if (byName.size() >= ExtensionsSpec.MOST) {
      throw new RefusedException(
          "Extension.TooManyExtensions", "Extension limit (" + ExtensionsSpec.MOST + ") reached");
    }
    Extension made = new Extension(name, false);
    byName.put(name, made);
    any = true;
    return made;
  }

  private static RefusedException transition(Extension extension, State to) {
    return new RefusedException(
        "Extension.InvalidExtensionState",
        "State transition from %s to %s failed for extension %s. Error: State transition is not allowed"
            .formatted(extension.state.wireName, to.wireName, extension.name));
  }

  /**
   * An extension asks for its next event, and has done with the one before. Who asks once more has
   * given an earlier connection up.
   */
  void next(UUID id, Receiver receiver) throws RefusedException {
    Optional<Delivery> delivery = Optional.empty();
    lock.lock();
    try {
      Extension extension = known(id);
      if (extension.state == State.STARTED || extension.state == State.ENDED) {
        throw transition(extension, State.READY);
      }
      extension.receiver = receiver;
      byte[] owed = extension.owed;
      extension.owed = null;
      if (owed != null) {
        delivery = deliver(extension, owed);
      } else {
        extension.state = State.READY;
        if (shutdownEvent.length > 0 && extension.hears(Event.SHUTDOWN)) {
          delivery = deliver(extension, shutdownEvent);
        }
      }
      change.signalAll();
    } finally {
      lock.unlock();
    }
    delivery.ifPresent(this::send);
    tellSettled();
  }

  private Extension known(UUID id) throws RefusedException {
    return byName.values().stream()
        .filter(each -> each.id.equals(id) && each.state != State.STARTED)
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    "Extension.UnknownExtensionIdentifier", "Unknown extension " + id));
  }

  /** The name of one that has registered. */
  String name(UUID id) throws RefusedException {
    lock.lock();
    try {
      return known(id).name;
    } finally {
      lock.unlock();
    }
  }

  /** An event for an extension, as soon as it waits for one. */
  private static Optional<Delivery> deliver(Extension extension, byte[] event) {
    extension.state = State.RUNNING;
    Receiver receiver = extension.receiver;
    extension.receiver = null;
    if (receiver == null) {
      extension.owed = event;
      return Optional.empty();
    }
    return Optional.of(new Delivery(extension, receiver, event));
  }

  private void send(Delivery delivery) {
    try {
      delivery.receiver().send(delivery.event());
    } catch (IOException e) {
      lock.lock();
      try {
        // Its client went away; it is given the event when it asks again.
        delivery.extension().owed = delivery.event();
      } finally {
        lock.unlock();
      }
    }
  }

  /** A connection has gone on which somebody may have waited. */
  void forget(Receiver receiver) {
    lock.lock();
    try {
      for (Extension each : byName.values()) {
        if (receiver.equals(each.receiver)) {
          each.receiver = null;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isWaiting(Receiver receiver) {
    lock.lock();
    try {
      return byName.values().stream().anyMatch(each -> receiver.equals(each.receiver));
    } finally {
      lock.unlock();
    }
  }

  /**
   * An extension reports that it cannot go on, which ends the instance.
   *
   * @param errorType its own name for that
   */
  void initError(UUID id, String errorType) throws RefusedException {
    report(id, "Extension.InitError", errorType, State.REGISTERED);
  }

  /** The same after its init. */
  void exitError(UUID id, String errorType) throws RefusedException {
    report(id, "Extension.ExitError", errorType, State.REGISTERED, State.READY, State.RUNNING);
  }

  private void report(UUID id, String type, String errorType, State... allowed)
      throws RefusedException {
    lock.lock();
    try {
      Extension extension = known(id);
      if (!List.of(allowed).contains(extension.state)) {
        throw transition(extension, State.ENDED);
      }
      extension.state = State.ENDED;
      change.signalAll();
    } finally {
      lock.unlock();
    }
    fail(new Outcome.ExtensionError(type, errorType));
  }

  /**
   * The process of an external extension has ended.
   *
   * @param program which, by its place in the list
   * @param status as a shell has it: 128 and the signal's number for a signal
   */
  void ended(int program, int status) {
    Outcome why;
    lock.lock();
    try {
      Extension extension =
          program >= 0 && program < spec.programs().size()
              ? byName.get(spec.programs().get(program))
              : null;
      if (extension == null || extension.state == State.ENDED) {
        return;
      }
      why = ended(extension, status);
      extension.state = State.ENDED;
      change.signalAll();
      if (shuttingDown) {
        return;
      }
    } finally {
      lock.unlock();
    }
    fail(why);
  }

  private static Outcome ended(Extension extension, int status) {
    if (extension.state == State.STARTED && (status == 126 || status == 127)) {
      return new Outcome.ExtensionError(
          "Extension.LaunchError",
          "fork/exec /opt/extensions/%s: %s"
              .formatted(
                  extension.name,
                  status == 126 ? "permission denied" : "no such file or directory"));
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

  private void fail(Outcome outcome) {
    lock.lock();
    try {
      if (failure != null || shuttingDown) {
        return;
      }
      failure = outcome;
      change.signalAll();
    } finally {
      lock.unlock();
    }
    failed.accept(outcome);
  }

  /** Waits until every external extension has registered; otherwise why the instance is over. */
  Optional<Outcome> awaitRegistered() {
    if (spec.programs().size() > ExtensionsSpec.MOST) {
      return Optional.of(
          new Outcome.ExtensionError("Extension.LaunchError", "ErrTooManyExtensions"));
    }
    return await(each -> each.state != State.STARTED);
  }

  /**
   * Lets no further extension register, and waits until every one has asked for its first event;
   * otherwise why the instance is over.
   */
  Optional<Outcome> awaitReady() {
    lock.lock();
    try {
      registrationClosed = true;
    } finally {
      lock.unlock();
    }
    return await(each -> each.state == State.READY);
  }

  private Optional<Outcome> await(Predicate<Extension> wanted) {
    lock.lock();
    try {
      while (failure == null
          && !closed
          && !shuttingDown
          && !byName.values().stream().allMatch(wanted)) {
        change.awaitUninterruptibly();
      }
      if (failure == null && (closed || shuttingDown)) {
        return Optional.of(new Outcome.BadResponse("the instance has been stopped"));
      }
      return Optional.ofNullable(failure);
    } finally {
      lock.unlock();
    }
  }

  /** Whether there are any, registered or about to. */
  boolean any() {
    return any;
  }

  /** How far each is. */
  List<ExtensionStatus> statuses() {
    lock.lock();
    try {
      return byName.values().stream()
          .map(
              each ->
                  new ExtensionStatus(
                      each.name,
                      each.state.wireName,
                      each.events.stream().map(Event::name).toList()))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** Tells those who want to hear of it that a call begins. */
  void invoke(Invocation invocation) {
    List<Delivery> deliveries = new ArrayList<>();
    lock.lock();
    try {
      byte[] event = {};
      for (Extension each : byName.values()) {
        if (each.hears(Event.INVOKE) && each.state == State.READY) {
          event = event.length == 0 ? ExtensionMessages.invoke(invocation) : event;
          deliver(each, event).ifPresent(deliveries::add);
        }
      }
    } finally {
      lock.unlock();
    }
    deliveries.forEach(this::send);
  }

  /**
   * Calls back once every extension has done with the call, in the order asked for; at once if they
   * have, or if the instance is over.
   */
  void whenSettled(Runnable callback) {
    lock.lock();
    try {
      settled.add(callback);
    } finally {
      lock.unlock();
    }
    tellSettled();
  }

  /**
   * Calls back those whose call is over. By one thread at a time, so that they are called in their
   * order: whoever comes meanwhile leaves it to that one.
   */
  private void tellSettled() {
    for (List<Runnable> over = takeSettled(); !over.isEmpty(); over = takeSettled()) {
      try {
        over.forEach(Runnable::run);
      } finally {
        told();
      }
    }
  }

  private void told() {
    lock.lock();
    try {
      telling = false;
    } finally {
      lock.unlock();
    }
  }

  private List<Runnable> takeSettled() {
    lock.lock();
    try {
      boolean busy =
          byName.values().stream()
              .anyMatch(each -> each.hears(Event.INVOKE) && each.state == State.RUNNING);
      if (telling || (busy && failure == null && !shuttingDown && !closed)) {
        return List.of();
      }
      List<Runnable> over = List.copyOf(settled);
      settled.clear();
      telling = !over.isEmpty();
      return over;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Tells those who want to hear of it that the instance ends; nobody can register any more, and no
   * end of a process is a failure.
   */
  void shutDown(ShutdownReason reason, Instant deadline) {
    List<Delivery> deliveries = new ArrayList<>();
    lock.lock();
    try {
      shutdownEvent = ExtensionMessages.shutdown(reason, deadline);
      shuttingDown = true;
      for (Extension each : byName.values()) {
        if (each.hears(Event.SHUTDOWN) && each.state == State.READY) {
          deliver(each, shutdownEvent).ifPresent(deliveries::add);
        }
      }
      change.signalAll();
    } finally {
      lock.unlock();
    }
    deliveries.forEach(this::send);
  }

  /** From here on an extension that ends is no failure, and calls are over. */
  void ending() {
    lock.lock();
    try {
      shuttingDown = true;
      change.signalAll();
    } finally {
      lock.unlock();
    }
    tellSettled();
  }

  /** Whether an external one is there, which has more time to end than the others. */
  boolean external() {
    return !spec.programs().isEmpty();
  }

  /** The runtime has ended, and the instance has not. */
  void runtimeEnded() {
    lock.lock();
    try {
      runtimeEnded = true;
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the runtime's end, for so many nanoseconds at most. */
  void awaitRuntimeEnd(long nanos) {
    awaitFor(nanos, () -> runtimeEnded);
  }

  /** Waits for the end of those who wanted to hear of it, for so many nanoseconds at most. */
  void awaitEnds(long nanos) {
    awaitFor(
        nanos,
        () ->
            byName.values().stream()
                .allMatch(each -> !each.hears(Event.SHUTDOWN) || each.state == State.ENDED));
  }

  private void awaitFor(long nanos, BooleanSupplier over) {
    lock.lock();
    try {
      long left = nanos;
      while (left > 0 && !closed && !over.getAsBoolean()) {
        left = change.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** The instance is gone. */
  void close() {
    lock.lock();
    try {
      closed = true;
      change.signalAll();
    } finally {
      lock.unlock();
    }
    tellSettled();
  }
}
