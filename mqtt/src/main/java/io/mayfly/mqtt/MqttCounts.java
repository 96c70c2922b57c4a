package io.mayfly.mqtt;

/** Hears what becomes of an account's messages. Must not block. */
public interface MqttCounts {
  /** What became of a message that was published. */
  enum Result {
    /** What follows from it is on the disk. */
    STORED,
    /** Nothing of what follows from it is. */
    FAILED
  }

  void published(int qos, Result result);

  /** A target has been told, or could not be. */
  void told(boolean delivered);

  /** A client that has subscribed was sent a message, or was too slow for it. */
  void sent(boolean delivered);
}
