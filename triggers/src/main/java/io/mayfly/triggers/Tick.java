package io.mayfly.triggers;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/**
 * One moment of an {@link Alarm}.
 *
 * @param key whose it is
 * @param at the moment that the expression says
 * @param due when it was to ring: later than that within its alarm's window
 * @param attempt how often it has been tried before: 0 at first
 * @param error why it failed the last time; empty at first
 */
public record Tick(String key, Instant at, Instant due, int attempt, String error) {
  private static final int EXECUTION_ID_BYTES = 8;

  static Tick first(String key, Instant at, Instant due) {
    return new Tick(key, at, due, 0, "");
  }

  Tick failed(String why) {
    return new Tick(key, at, due, attempt + 1, why);
  }

  /** What tells it from all others: the same whenever it is tried, before and after a restart. */
  public String executionId() {
    return HexFormat.of().formatHex(Arrays.copyOf(digest(""), EXECUTION_ID_BYTES));
  }

  /** The same as an id of what is sent for it. */
  public UUID id(int index) {
    return UUID.nameUUIDFromBytes(digest("/" + index));
  }

  private byte[] digest(String more) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest((key + "@" + at + more).getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
