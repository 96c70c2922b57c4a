package io.mayfly.mqtt;

import java.time.Duration;

/** Bounds of what clients may do: AWS IoT Core's where it has one ("AWS IoT Core quotas"). */
final class MqttLimits {
  /** The most bytes of a payload. */
  static final int PAYLOAD_BYTES = 128 * 1024;

  /** The most bytes of a packet behind its fixed header: a payload with all that may go with it. */
  static final int PACKET_BYTES = PAYLOAD_BYTES + 16 * 1024;

  /** The most bytes that are read of somebody of whom it is not known who he is. */
  static final int UNKNOWN_BYTES = 16 * 1024;

  /** How long somebody may take to say who he is. */
  static final Duration UNKNOWN_TIME = Duration.ofSeconds(10);

  /** Clients connected at a time, of all accounts. */
  static final int CONNECTIONS = 2_000;

  /** Bytes of UTF-8. */
  static final int CLIENT_ID_BYTES = 128;

  /**
   * The longest time between two packets of a client that it may ask for; also if it asks for none.
   */
  static final int KEEP_ALIVE_SECONDS = 1_200;

  /** Messages of one client on their way to the disk. */
  static final int WINDOW = 100;

  /** Bytes of payloads of all clients on their way to the disk. */
  static final long WAITING_BYTES = 32L * 1024 * 1024;

  /** Bytes of packets of all clients that have not come whole. */
  static final long UNREAD_BYTES = 64L * 1024 * 1024;

  /** Bytes that all clients have not taken yet. */
  static final long UNSENT_BYTES = 32L * 1024 * 1024;

  /** Filters that a client has subscribed to. */
  static final int SUBSCRIPTIONS = 50;

  /** Filters in one packet. */
  static final int FILTERS = 8;

  private MqttLimits() {}
}
