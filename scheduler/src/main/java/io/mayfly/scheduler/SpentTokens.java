package io.mayfly.scheduler;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens of the last requests that deleted something, so that one that comes again is answered as
 * the first time was. Not on the disk. Safe for use by many threads.
 */
final class SpentTokens {
  private static final int MOST = 1_000;

  private final Map<String, Boolean> spent =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MOST;
        }
      };

  synchronized void spend(Optional<String> token, String on) {
    token.ifPresent(each -> spent.put(each + " " + on, true));
  }

  synchronized boolean isSpent(Optional<String> token, String on) {
    return token.filter(each -> spent.containsKey(each + " " + on)).isPresent();
  }
}
