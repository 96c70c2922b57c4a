package io.mayfly.sandbox;

import io.mayfly.model.Invocation;
import io.mayfly.model.Outcome;
import io.mayfly.sandbox.Extension.Delivery;
import io.mayfly.sandbox.Extension.Event;
import io.mayfly.sandbox.Extension.Receiver;
import io.mayfly.sandbox.Extension.RefusedException;
import io.mayfly.sandbox.Extension.State;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The extensions of one instance: what each is told, and who waits until they are how far ("Using
 * the Lambda Extensions API to create extensions").
 *
 * <p>Any thread may call. All state is under {@link #lock}; nothing is written to a socket and
 * nobody is told anything under it.
 */
final class Extensions {
  /** Why an instance ends, as extensions hear it. */
  enum ShutdownReason {
    SPINDOWN,
    TIMEOUT,
    FAILURE;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final ExtensionsSpec spec;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private final ExtensionRegister register;
  private final List<Runnable> settled = new ArrayList<>();

  /** Whether somebody calls back, who goes on with what comes meanwhile. */
  private boolean telling;

  /** Read on the way of every call, without the lock. */
  private volatile boolean any;

  private Consumer<Outcome> failed = outcome -> {};
  private @Nullable Outcome failure;
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
    this.register = new ExtensionRegister(spec.programs(), severalCalls);
    any = !spec.programs().isEmpty();
  }

  ExtensionsSpec spec() {
    return spec;
  }

  /** Tells who is to end the instance if an extension fails, once. To be called first. */
  void whenFailed(Consumer<Outcome> listener) {
    failed = listener;
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
      UUID id = register.register(name, events).id();
      any = true;
      change.signalAll();
      return id;
    } finally {
      lock.unlock();
    }
  }

  /** An extension asks for its next event; see {@link Extension#next}. */
  void next(UUID id, Receiver receiver) throws RefusedException {
    Optional<Delivery> delivery;
    lock.lock();
    try {
      delivery = register.known(id).next(receiver, shutdownEvent);
      change.signalAll();
    } finally {
      lock.unlock();
    }
    delivery.ifPresent(this::send);
    tellSettled();
  }

  /** The name of one that has registered. */
  String name(UUID id) throws RefusedException {
    lock.lock();
    try {
      return register.known(id).name();
    } finally {
      lock.unlock();
    }
  }

  private void send(Delivery delivery) {
    try {
      delivery.receiver().send(delivery.event());
    } catch (IOException e) {
      lock.lock();
      try {
        delivery.extension().owe(delivery.event());
      } finally {
        lock.unlock();
      }
    }
  }

  /** A connection has gone on which somebody may have waited. */
  void forget(Receiver receiver) {
    lock.lock();
    try {
      register.all().forEach(each -> each.forget(receiver));
    } finally {
      lock.unlock();
    }
  }

  boolean isWaiting(Receiver receiver) {
    lock.lock();
    try {
      return register.all().stream().anyMatch(each -> each.waitsOver(receiver));
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
      register.known(id).report(allowed);
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
      Optional<Extension> extension =
          program >= 0 && program < spec.programs().size()
              ? register.find(spec.programs().get(program))
              : Optional.empty();
      if (extension.isEmpty() || extension.get().is(State.ENDED)) {
        return;
      }
      why = extension.get().end(status);
      change.signalAll();
      if (shuttingDown) {
        return;
      }
    } finally {
      lock.unlock();
    }
    fail(why);
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
    return await(each -> !each.is(State.STARTED));
  }

  /**
   * Lets no further extension register, and waits until every one has asked for its first event;
   * otherwise why the instance is over.
   */
  Optional<Outcome> awaitReady() {
    lock.lock();
    try {
      register.close();
    } finally {
      lock.unlock();
    }
    return await(each -> each.is(State.READY));
  }

  private Optional<Outcome> await(Predicate<Extension> wanted) {
    lock.lock();
    try {
      while (failure == null
          && !closed
          && !shuttingDown
          && !register.all().stream().allMatch(wanted)) {
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
      return register.all().stream().map(Extension::status).toList();
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
      for (Extension each : register.all()) {
        if (each.hears(Event.INVOKE) && each.is(State.READY)) {
          event = event.length == 0 ? ExtensionMessages.invoke(invocation) : event;
          each.deliver(event).ifPresent(deliveries::add);
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
          register.all().stream()
              .anyMatch(each -> each.hears(Event.INVOKE) && each.is(State.RUNNING));
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
      register.close();
      for (Extension each : register.all()) {
        if (each.hears(Event.SHUTDOWN) && each.is(State.READY)) {
          each.deliver(shutdownEvent).ifPresent(deliveries::add);
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
      register.close();
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
            register.all().stream()
                .allMatch(each -> !each.hears(Event.SHUTDOWN) || each.is(State.ENDED)));
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
      register.close();
      change.signalAll();
    } finally {
      lock.unlock();
    }
    tellSettled();
  }
}
