package io.mayfly.sqs;

import io.mayfly.aws.AwsException;
import io.mayfly.queue.Receipt;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Receipt handles: which message, which of its leases, since when, under a signature that only this
 * platform can make and that holds for one queue. Safe for use by many threads.
 */
final class Receipts {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int FIELDS_BYTES = Long.BYTES + 2 * Integer.BYTES + Long.BYTES;
  private static final int SIGNATURE_BYTES = 16;
  private static final int BYTES = FIELDS_BYTES + SIGNATURE_BYTES;

  private final SecretKeySpec key;

  /**
   * @param platformKey a secret, from which a key is derived
   */
  Receipts(byte[] platformKey) {
    this.key =
        new SecretKeySpec(
            mac(new SecretKeySpec(platformKey, ALGORITHM))
                .doFinal("sqs receipt handles".getBytes(StandardCharsets.UTF_8)),
            ALGORITHM);
  }

  /**
   * What a handle says.
   *
   * @param received when the message was received, to the millisecond
   */
  record Opened(Receipt receipt, Instant received) {}

  String handle(SqsQueue queue, Receipt receipt, Instant received) {
    byte[] handle =
        ByteBuffer.allocate(BYTES)
            .putLong(receipt.sequence())
            .putInt(receipt.start())
            .putInt(receipt.lease())
            .putLong(received.toEpochMilli())
            .array();
    System.arraycopy(signature(queue, handle), 0, handle, FIELDS_BYTES, SIGNATURE_BYTES);
    return Base64.getEncoder().encodeToString(handle);
  }

  /**
   * Reads a handle.
   *
   * @throws AwsException if it is none of this queue's
   */
  Opened open(SqsQueue queue, String handle) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(handle);
    } catch (IllegalArgumentException e) {
      throw SqsErrors.invalidReceipt(handle);
    }
    if (bytes.length != BYTES) {
      throw SqsErrors.invalidReceipt(handle);
    }
    byte[] given = new byte[SIGNATURE_BYTES];
    System.arraycopy(bytes, FIELDS_BYTES, given, 0, SIGNATURE_BYTES);
    byte[] expected = new byte[SIGNATURE_BYTES];
    System.arraycopy(signature(queue, bytes), 0, expected, 0, SIGNATURE_BYTES);
    if (!MessageDigest.isEqual(given, expected)) {
      throw SqsErrors.invalidReceipt(handle);
    }
    ByteBuffer fields = ByteBuffer.wrap(bytes);
    return new Opened(
        new Receipt(fields.getLong(), fields.getInt(), fields.getInt()),
        Instant.ofEpochMilli(fields.getLong()));
  }

  private byte[] signature(SqsQueue queue, byte[] handle) {
    Mac mac = mac(key);
    mac.update(queue.document().id().getBytes(StandardCharsets.UTF_8));
    mac.update(handle, 0, FIELDS_BYTES);
    return mac.doFinal();
  }

  private static Mac mac(SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
