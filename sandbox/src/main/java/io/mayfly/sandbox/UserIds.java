package io.mayfly.sandbox;

import java.util.BitSet;

/** Hands out users of the machine, one per instance, that belong to nobody else. Thread-safe. */
final class UserIds {
  /** The first of them; far above what system tools and user databases give out. */
  static final int FIRST = 1_000_000;

  private final BitSet taken = new BitSet();

  /** The number of a user counted from {@link #FIRST}, the lowest that is free. */
  synchronized int take() {
    int slot = taken.nextClearBit(0);
    taken.set(slot);
    return slot;
  }

  synchronized void giveBack(int slot) {
    taken.clear(slot);
  }
}
