package io.mayfly.runtimes.frame;

/** The numbers of the protocol. */
final class Frames {
  /** Bytes before a frame's body: length, type, call number. */
  static final int HEAD = 9;

  /** What the length field counts beside the body: type and call number. */
  static final int COUNTED_HEAD = 5;

  static final byte HELLO = 1;
  static final byte READY = 2;
  static final byte INIT_ERROR = 3;
  static final byte RESULT = 4;
  static final byte ERROR = 5;
  static final byte INVOKE = 0x41;
  static final byte SPECIALISE = 0x42;

  private Frames() {}
}
