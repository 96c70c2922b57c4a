package io.mayfly.sandbox;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The instances of one sandbox that are not gone yet. Thread-safe. */
final class Instances {
  private final Set<ProcessInstance> present = ConcurrentHashMap.newKeySet();
  private final AtomicLong counter = new AtomicLong();
  private final String prefix;

  Instances() {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    prefix = HexFormat.of().formatHex(random);
  }

  /** An id that no instance of this or an earlier platform has. */
  String newId() {
    return prefix + "-" + counter.incrementAndGet();
  }

  void add(ProcessInstance instance) {
    present.add(instance);
    instance.whenGone(() -> present.remove(instance));
  }

  /** Stops all of them and waits for their ends, all at the same time. */
  void stopAll() {
    present.forEach(ProcessInstance::stop);
    present.forEach(ProcessInstance::stopAndWait);
  }
}
