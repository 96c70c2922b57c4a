package io.mayfly.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/**
 * Hands out users of the machine, one per instance, that belong to nobody else: 1,000,000 and up,
 * far above what system tools and user databases give out. Thread-safe.
 */
final class UserIds {
  private static final int FIRST = 1_000_000;
  private static final int COUNT = 65_536;

  private final BitSet taken = new BitSet();
  private final boolean own;

  private UserIds(boolean own) {
    this.own = own;
  }

  /**
   * @param uidMap {@code /proc/self/uid_map}: which users exist in this process's user namespace.
   *     Where those handed out do not, all instances share the platform's user.
   */
  static UserIds of(Path uidMap) {
    try {
      return new UserIds(Files.readAllLines(uidMap).stream().anyMatch(UserIds::coversAll));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A line holds the first id inside, the first id outside and how many there are. */
  private static boolean coversAll(String line) {
    List<String> words = List.of(line.strip().split(" +", -1));
    long first = Long.parseLong(words.get(0));
    long count = Long.parseLong(words.get(2));
    return first <= FIRST && FIRST + COUNT <= first + count;
  }

  /** Whether instances get users of their own. */
  boolean own() {
    return own;
  }

  /**
   * A free number from 0, the lowest there is.
   *
   * @throws IllegalStateException if 65,536 are taken
   */
  synchronized int take() {
    int slot = taken.nextClearBit(0);
    if (slot >= COUNT) {
      throw new IllegalStateException(COUNT + " instances run already");
    }
    taken.set(slot);
    return slot;
  }

  synchronized void giveBack(int slot) {
    taken.clear(slot);
  }

  /** The user id for a number that was taken; 0, the platform's, where there are no others. */
  int uid(int slot) {
    return own ? FIRST + slot : 0;
  }
}
