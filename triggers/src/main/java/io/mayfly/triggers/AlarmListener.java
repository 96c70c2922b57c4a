package io.mayfly.triggers;

import java.time.Duration;

/** Hears what becomes of ticks. Called on threads that serve many: must not block. */
public interface AlarmListener {
  /** A tick has rung and is on the disk, so much later than it was due. */
  void rang(String key, Duration late);

  /** Ticks have passed that will not ring, because a later one did. */
  void missed(String key, int ticks);

  /** A tick could not ring and is tried again. */
  void retried(String key, String why);
}
