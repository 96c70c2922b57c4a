package io.mayfly.runtimes.frame;

/** The numbers of the protocol. */
public final class Frames {
  /** How many bytes of a stream a guest may send before any of them have been taken. */
  public static final int STREAM_WINDOW = 256 * 1024;

  /** Bytes before a frame's body: length, type, call number. */
  static final int HEAD = 9;

  /** What the length field counts beside the body: type and call number. */
  static final int COUNTED_HEAD = 5;

  static final byte HELLO = 1;
  static final byte READY = 2;
  static final byte INIT_ERROR = 3;
  static final byte RESULT = 4;
  static final byte ERROR = 5;
  static final byte BEGIN = 6;
  static final byte CHUNK = 7;
  static final byte END = 8;
  static final byte INVOKE = 0x41;
  static final byte SPECIALISE = 0x42;
  static final byte WINDOW = 0x43;
  static final byte TENANT = 0x44;

  /** The most that one CHUNK holds. */
  static final int CHUNK_BYTES = 64 * 1024;

  private Frames() {}
}
