package io.mayfly.sns;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** Ids of messages and subscriptions. */
final class Ids {
  private static final long VERSION_MASK = 0xffff_ffff_ffff_0fffL;
  private static final long VERSION = 0x4000L;
  private static final long VARIANT_MASK = 0x3fff_ffff_ffff_ffffL;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private Ids() {}

  /** A random id of version 4 (RFC 9562). */
  static UUID random(RandomGenerator random) {
    return new UUID(
        (random.nextLong() & VERSION_MASK) | VERSION, (random.nextLong() & VARIANT_MASK) | VARIANT);
  }
}
