package io.mayfly.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

final class TestEventStreamMessage {
  /** As botocore reads it; Lambda's own begins with the same lengths and checksum. */
  private static final String HELLO =
      "000000760000005a980e72ec0b3a6576656e742d7479706507000c5061796c6f"
          + "61644368756e6b0d3a636f6e74656e742d747970650700186170706c69636174"
          + "696f6e2f6f637465742d73747265616d0d3a6d6573736167652d747970650700"
          + "056576656e7448656c6c6f20776f726c642033971fd8";

  @Test
  void anEventIsEncodedAsClientsReadIt() {
    assertThat(EventStreamMessage.event("PayloadChunk", "Hello world ".getBytes(UTF_8)))
        .isEqualTo(HexFormat.of().parseHex(HELLO));
  }

  @Test
  void membersAreJson() {
    String message =
        new String(
            EventStreamMessage.event("InvokeComplete", Map.of("ErrorDetails", "{\"a\":\"ü\"}")),
            UTF_8);
    assertThat(message)
        .contains(
            "InvokeComplete", "application/json", "{\"ErrorDetails\":\"{\\\"a\\\":\\\"ü\\\"}\"}");
  }

  @Test
  void lengthsAndChecksumsHoldForPayloadsOfAnySize() {
    Random random = new Random(20_260_101);
    for (int size : new int[] {0, 1, 1000, 256 * 1024, 6 * 1024 * 1024}) {
      byte[] payload = new byte[size];
      random.nextBytes(payload);
      byte[] message = EventStreamMessage.event("PayloadChunk", payload);
      ByteBuffer read = ByteBuffer.wrap(message);
      assertThat(read.getInt()).isEqualTo(message.length);
      int headers = read.getInt();
      assertThat(read.getInt()).isEqualTo(checksum(message, 8));
      read.position(read.position() + headers);
      byte[] carried = new byte[size];
      read.get(carried);
      assertThat(carried).isEqualTo(payload);
      assertThat(read.getInt()).isEqualTo(checksum(message, message.length - 4));
      assertThat(read.hasRemaining()).isFalse();
    }
  }

  private static int checksum(byte[] message, int length) {
    CRC32 checksum = new CRC32();
    checksum.update(message, 0, length);
    return (int) checksum.getValue();
  }
}
