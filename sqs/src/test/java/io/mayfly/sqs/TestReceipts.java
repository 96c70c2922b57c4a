package io.mayfly.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mayfly.aws.AwsException;
import io.mayfly.model.Account;
import io.mayfly.queue.Receipt;
import io.mayfly.queue.SqliteQueues;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Receipt handles, and those who make their own. */
class TestReceipts {
  private static final Receipt RECEIPT = new Receipt(1234567890123L, 3, 7);
  private static final Instant RECEIVED = Instant.ofEpochMilli(1_800_000_000_123L);

  @TempDir Path folder;
  private SqliteQueues stored;
  private SqsQueue queue;
  private SqsQueue other;
  private final Receipts receipts = new Receipts("secret".getBytes(StandardCharsets.UTF_8));

  @BeforeEach
  void open() {
    stored = SqliteQueues.open(folder.resolve("queue.db"), Clock.systemUTC());
    SqsQueues queues =
        new SqsQueues(
            new Account("000000000000", "us-east-1"),
            stored,
            text -> {},
            Clock.systemUTC(),
            UUID::randomUUID);
    queues.create("one", Map.of(), Map.of());
    queues.create("other", Map.of(), Map.of());
    queue = queues.byName("one").orElseThrow();
    other = queues.byName("other").orElseThrow();
  }

  @AfterEach
  void close() {
    stored.close();
  }

  private void refused(Receipts by, SqsQueue at, String handle) {
    AwsException error = catchThrowableOfType(AwsException.class, () -> by.open(at, handle));
    assertThat(error).as(handle).isNotNull();
    assertThat(error.code()).isEqualTo("ReceiptHandleIsInvalid");
    assertThat(error.getMessage().length()).isLessThan(400);
  }

  @Test
  void aHandleIsReadAsItWasMade() {
    Receipts.Opened opened = receipts.open(queue, receipts.handle(queue, RECEIPT, RECEIVED));
    assertThat(opened).isEqualTo(new Receipts.Opened(RECEIPT, RECEIVED));
  }

  @Test
  void aHandleHoldsForItsQueueAndPlatformAlone() {
    String handle = receipts.handle(queue, RECEIPT, RECEIVED);
    refused(receipts, other, handle);
    refused(new Receipts("another".getBytes(StandardCharsets.UTF_8)), queue, handle);
  }

  @Test
  void noChangedBitAndNoNoiseIsTaken() {
    byte[] handle = Base64.getDecoder().decode(receipts.handle(queue, RECEIPT, RECEIVED));
    for (int bit = 0; bit < handle.length * 8; bit++) {
      byte[] changed = handle.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      refused(receipts, queue, Base64.getEncoder().encodeToString(changed));
    }
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      byte[] noise = new byte[random.nextInt(80)];
      random.nextBytes(noise);
      refused(receipts, queue, Base64.getEncoder().encodeToString(noise));
    }
    for (String text : List.of("", "=", "%", "ä", "A".repeat(1_000_000), "\0")) {
      refused(receipts, queue, text);
    }
  }
}
