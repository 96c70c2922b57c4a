package io.mayfly.sandbox;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has to be undone, newest first. For one thread at a time. */
final class Undo {
  private final Deque<Runnable> steps = new ArrayDeque<>();

  synchronized void add(Runnable step) {
    steps.push(step);
  }

  /** The newest step has become somebody else's to do. */
  synchronized void forgetLast() {
    steps.pop();
  }

  synchronized void run() {
    while (!steps.isEmpty()) {
      steps.pop().run();
    }
  }
}
