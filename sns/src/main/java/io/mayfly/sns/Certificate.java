package io.mayfly.sns;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/**
 * A certificate that a key signs for itself (RFC 5280), written as the few bytes that it is
 * (X.690): the JDK reads certificates and makes none.
 */
final class Certificate {
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int UTF8_STRING = 0x0c;
  private static final int UTC_TIME = 0x17;
  private static final int GENERALIZED_TIME = 0x18;
  private static final int VERSION = 0xa0;

  /** From this year on a time has all digits of its year. */
  private static final int LONG_YEAR = 2050;

  private static final int YEARS = 10;

  /** sha256WithRSAEncryption with its parameters, which are none. */
  private static final byte[] ALGORITHM = HexFormat.of().parseHex("300d06092a864886f70d01010b0500");

  /** The object identifier of a common name. */
  private static final byte[] COMMON_NAME = HexFormat.of().parseHex("0603550403");

  private Certificate() {}

  /**
   * Makes one that is valid for ten years.
   *
   * @param name of who has the key
   * @return its DER encoding
   */
  static byte[] make(KeyPair keys, String name, BigInteger serial, Instant now)
      throws GeneralSecurityException {
    byte[] subject =
        der(
            SEQUENCE,
            der(
                SET,
                der(
                    SEQUENCE,
                    COMMON_NAME,
                    der(UTF8_STRING, name.getBytes(StandardCharsets.UTF_8)))));
    byte[] signed =
        der(
            SEQUENCE,
            der(VERSION, der(INTEGER, new byte[] {2})),
            der(INTEGER, serial.toByteArray()),
            ALGORITHM,
            subject,
            der(SEQUENCE, time(now, 0), time(now, YEARS)),
            subject,
            keys.getPublic().getEncoded());
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(keys.getPrivate());
    signature.update(signed);
    return der(SEQUENCE, signed, ALGORITHM, der(BIT_STRING, new byte[] {0}, signature.sign()));
  }

  private static byte[] time(Instant now, int years) {
    var time = now.atOffset(ZoneOffset.UTC).plusYears(years);
    boolean all = time.getYear() >= LONG_YEAR;
    String text =
        DateTimeFormatter.ofPattern(all ? "uuuuMMddHHmmss'Z'" : "uuMMddHHmmss'Z'").format(time);
    return der(all ? GENERALIZED_TIME : UTC_TIME, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(tag);
    int length = content.size();
    if (length < 0x80) {
      all.write(length);
    } else {
      byte[] digits = BigInteger.valueOf(length).toByteArray();
      int from = digits[0] == 0 ? 1 : 0;
      all.write(0x80 | (digits.length - from));
      all.write(digits, from, digits.length - from);
    }
    all.writeBytes(content.toByteArray());
    return all.toByteArray();
  }
}
