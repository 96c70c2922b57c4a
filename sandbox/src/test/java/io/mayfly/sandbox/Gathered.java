package io.mayfly.sandbox;

import io.mayfly.model.ResponseSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** What has come of a streamed response, for tests to look at while it comes. Thread-safe. */
final class Gathered implements ResponseSink {
  private final boolean takes;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private String contentType = "";
  private Flow flow = taken -> {};
  private boolean ended;
  private int taken;
  private int mostHeld;

  private Gathered(boolean takes) {
    this.takes = takes;
  }

  /** Takes all that comes at once. */
  static Gathered eager() {
    return new Gathered(true);
  }

  /** Takes nothing unless it is told to. */
  static Gathered lazy() {
    return new Gathered(false);
  }

  @Override
  public synchronized void begin(String type, Flow source) {
    contentType = type;
    flow = source;
    notifyAll();
  }

  @Override
  public void chunk(byte[] chunk) {
    synchronized (this) {
      bytes.writeBytes(chunk);
      mostHeld = Math.max(mostHeld, bytes.size() - taken);
      notifyAll();
    }
    if (takes) {
      take(chunk.length);
    }
  }

  @Override
  public synchronized void end() {
    ended = true;
    notifyAll();
  }

  void take(int count) {
    Flow source;
    synchronized (this) {
      taken += count;
      source = flow;
    }
    source.taken(count);
  }

  /** Takes all that has come. */
  void takeAll() {
    int held;
    synchronized (this) {
      held = bytes.size() - taken;
    }
    take(held);
  }

  /** Waits until so much has come. */
  synchronized void await(int count) throws InterruptedException {
    while (bytes.size() < count) {
      wait();
    }
  }

  synchronized int size() {
    return bytes.size();
  }

  /** The most that had come and had not been taken. */
  synchronized int mostHeld() {
    return mostHeld;
  }

  synchronized boolean ended() {
    return ended;
  }

  synchronized String contentType() {
    return contentType;
  }

  synchronized String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
