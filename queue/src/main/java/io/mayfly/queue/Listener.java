package io.mayfly.queue;

/** Somebody who is told of messages that are ready. Two with the same to do are two. */
final class Listener {
  private final Runnable action;

  Listener(Runnable action) {
    this.action = action;
  }

  void tell() {
    try {
      action.run();
    } catch (RuntimeException e) {
      // It is told on threads that have others to serve.
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, e);
    }
  }
}
