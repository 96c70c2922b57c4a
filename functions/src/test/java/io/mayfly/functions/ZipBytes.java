package io.mayfly.functions;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes zip files record by record, so that each can lie. */
final class ZipBytes {
  static final int FILE = 0100644;
  static final int PROGRAM = 0100755;
  static final int LINK = 0120777;
  static final int FOLDER = 040755;

  private static final int UNIX = 3 << 8 | 20;

  private final ByteArrayOutputStream local = new ByteArrayOutputStream();
  private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
  private int count;

  ZipBytes file(String name, String content) {
    return entry(name, FILE, content.getBytes(StandardCharsets.UTF_8));
  }

  ZipBytes link(String name, String target) {
    return entry(name, LINK, target.getBytes(StandardCharsets.UTF_8));
  }

  ZipBytes entry(String name, int mode, byte[] content) {
    return raw(new Entry(name, name, mode, content, 0, crc(content), content.length, 0));
  }

  /**
   * @param localName the name in front of the content, which no reader should trust
   * @param size what both headers claim the content unpacks to
   */
  record Entry(
      String name,
      String localName,
      int mode,
      byte[] packed,
      int method,
      int crc,
      long size,
      int flags) {}

  ZipBytes raw(Entry entry) {
    int offset = local.size();
    byte[] localName = entry.localName().getBytes(StandardCharsets.UTF_8);
    local.writeBytes(
        buffer(30)
            .putInt(0x04034b50)
            .putShort((short) 20)
            .putShort((short) (entry.flags() | 0x800))
            .putShort((short) entry.method())
            .putInt(0)
            .putInt(entry.crc())
            .putInt(entry.packed().length)
            .putInt((int) entry.size())
            .putShort((short) localName.length)
            .putShort((short) 0)
            .array());
    local.writeBytes(localName);
    local.writeBytes(entry.packed());
    return directoryEntry(entry, offset);
  }

  /** Only the directory's half, pointing at content that stands at {@code offset}. */
  ZipBytes directoryEntry(Entry entry, int offset) {
    byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
    directory.writeBytes(
        buffer(46)
            .putInt(0x02014b50)
            .putShort((short) UNIX)
            .putShort((short) 20)
            .putShort((short) (entry.flags() | 0x800))
            .putShort((short) entry.method())
            .putInt(0)
            .putInt(entry.crc())
            .putInt(entry.packed().length)
            .putInt((int) entry.size())
            .putShort((short) name.length)
            .putShort((short) 0)
            .putShort((short) 0)
            .putShort((short) 0)
            .putShort((short) 0)
            .putInt(entry.mode() << 16)
            .putInt(offset)
            .array());
    directory.writeBytes(name);
    count++;
    return this;
  }

  byte[] bytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(local.toByteArray());
    all.writeBytes(directory.toByteArray());
    boolean large = count > 0xffff;
    if (large) {
      all.writeBytes(
          buffer(56)
              .putInt(0x06064b50)
              .putLong(44)
              .putShort((short) 45)
              .putShort((short) 45)
              .putInt(0)
              .putInt(0)
              .putLong(count)
              .putLong(count)
              .putLong(directory.size())
              .putLong(local.size())
              .array());
      all.writeBytes(
          buffer(20)
              .putInt(0x07064b50)
              .putInt(0)
              .putLong((long) local.size() + directory.size())
              .putInt(1)
              .array());
    }
    all.writeBytes(
        buffer(22)
            .putInt(0x06054b50)
            .putInt(0)
            .putShort((short) (large ? 0xffff : count))
            .putShort((short) (large ? 0xffff : count))
            .putInt(large ? -1 : directory.size())
            .putInt(large ? -1 : local.size())
            .putShort((short) 0)
            .array());
    return all.toByteArray();
  }

  static byte[] deflated(byte[] content) {
    return deflated(content, 1);
  }

  /** The same content again and again, which need not fit into memory. */
  static byte[] deflated(byte[] content, int times) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(9, true);
    try (DeflaterOutputStream target = new DeflaterOutputStream(packed, deflater)) {
      for (int i = 0; i < times; i++) {
        target.write(content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      deflater.end();
    }
    return packed.toByteArray();
  }

  static int crc(byte[] content) {
    CRC32 sum = new CRC32();
    sum.update(content);
    return (int) sum.getValue();
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
