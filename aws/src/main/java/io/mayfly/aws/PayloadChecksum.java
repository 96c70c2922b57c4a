package io.mayfly.aws;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The checksums that clients send with a body, named {@code x-amz-checksum-ALGORITHM} ("Checking
 * object integrity" of the S3 user guide).
 */
final class PayloadChecksum {
  private static final String PREFIX = "x-amz-checksum-";

  private PayloadChecksum() {}

  /**
   * Checks a body.
   *
   * @param header the header's or trailer's name, in lower case
   * @param value its value, in base64
   * @throws AwsException if the body is another, or the algorithm none of S3's
   */
  static void check(String header, String value, byte[] body) {
    byte[] actual =
        switch (header.startsWith(PREFIX) ? header.substring(PREFIX.length()) : "") {
          case "crc32" -> of(new CRC32(), body);
          case "crc32c" -> of(new CRC32C(), body);
          case "crc64nvme" -> ByteBuffer.allocate(Long.BYTES).putLong(crc64(body)).array();
          case "sha1" -> digest("SHA-1", body);
          case "sha256" -> digest("SHA-256", body);
          default ->
              throw new AwsException(
                  "InvalidRequest",
                  400,
                  "Mayfly knows no checksum '" + Texts.shorten(header) + "'.");
        };
    if (!Base64.getEncoder().encodeToString(actual).equals(value)) {
      throw new AwsException(
          "BadDigest",
          400,
          "The " + header + " you specified did not match the calculated checksum.");
    }
  }

  private static byte[] of(Checksum checksum, byte[] body) {
    checksum.update(body);
    return ByteBuffer.allocate(Integer.BYTES).putInt((int) checksum.getValue()).array();
  }

  private static byte[] digest(String algorithm, byte[] body) {
    try {
      return MessageDigest.getInstance(algorithm).digest(body);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has " + algorithm, impossible);
    }
  }

  /** The table of the reflected polynomial, made when the first such checksum comes. */
  private static final class Crc64 {
    private static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;
    static final long[] TABLE = new long[256];

    static {
      for (int i = 0; i < TABLE.length; i++) {
        long value = i;
        for (int bit = 0; bit < 8; bit++) {
          value = (value & 1) == 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
        }
        TABLE[i] = value;
      }
    }
  }

  /** CRC-64/NVME (NVM Express NVM Command Set Specification, 5.2.1.3.4). */
  private static long crc64(byte[] body) {
    long crc = ~0L;
    for (byte each : body) {
      crc = Crc64.TABLE[(int) ((crc ^ each) & 0xff)] ^ (crc >>> 8);
    }
    return ~crc;
  }
}
