package io.mayfly.runtimes.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.Invocation;
import io.mayfly.model.Limits;
import io.mayfly.model.RequestId;
import io.mayfly.model.TenantId;
import io.mayfly.runtimes.frame.FrameException.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TestFrames {
  private static final long SEED = 20_260_101;

  @Test
  void readsEveryKindOfFrame() throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.write(frame(1, 0, new byte[] {0, 1, 0, 2, 'p', 'y'}));
    stream.write(frame(2, 0, new byte[0]));
    stream.write(frame(3, 0, new byte[] {0, 1, 'T', '{', '}'}));
    stream.write(frame(4, 7, new byte[] {'4', '2'}));
    stream.write(frame(5, -1, new byte[] {0, 0, '{', '}'}));
    FrameReader reader = reader(stream.toByteArray(), Integer.MAX_VALUE);

    assertThat(reader.read()).contains(new GuestFrame.Hello(1, "py"));
    assertThat(reader.read()).contains(new GuestFrame.Ready(1));
    GuestFrame.InitError failed = (GuestFrame.InitError) reader.read().orElseThrow();
    assertThat(failed.errorType()).isEqualTo("T");
    assertThat(failed.error()).asString().isEqualTo("{}");
    GuestFrame.Result result = (GuestFrame.Result) reader.read().orElseThrow();
    assertThat(result.call()).isEqualTo(7);
    assertThat(result.payload()).asString().isEqualTo("42");
    GuestFrame.HandlerError error = (GuestFrame.HandlerError) reader.read().orElseThrow();
    assertThat(error.call()).isEqualTo(-1);
    assertThat(error.errorType()).isEmpty();
    assertThat(reader.read()).isEmpty();
  }

  @Test
  void readsTheFramesOfAStream() throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.write(frame(6, 7, new byte[] {0, 3, 'a', '/', 'b'}));
    stream.write(frame(7, 7, new byte[] {'4', '2'}));
    stream.write(frame(7, 7, new byte[64 * 1024]));
    stream.write(frame(7, 7, new byte[0]));
    stream.write(frame(8, 7, new byte[0]));
    FrameReader reader = reader(stream.toByteArray(), Integer.MAX_VALUE);

    assertThat(reader.read()).contains(new GuestFrame.Begin(7, "a/b"));
    GuestFrame.Chunk chunk = (GuestFrame.Chunk) reader.read().orElseThrow();
    assertThat(chunk.call()).isEqualTo(7);
    assertThat(chunk.bytes()).asString().isEqualTo("42");
    assertThat(((GuestFrame.Chunk) reader.read().orElseThrow()).bytes()).hasSize(64 * 1024);
    assertThat(((GuestFrame.Chunk) reader.read().orElseThrow()).bytes()).isEmpty();
    assertThat(reader.read()).contains(new GuestFrame.End(7));
  }

  @Test
  void framesOfAStreamAreBounded() {
    assertRefused(Reason.LENGTH, frame(7, 1, new byte[64 * 1024 + 1]));
    assertRefused(Reason.LENGTH, frame(6, 1, new byte[1025]));
    assertRefused(Reason.LENGTH, frame(8, 1, new byte[1]));
    assertRefused(Reason.TEXT, frame(6, 1, new byte[] {0, 3, 'a', '/'}));
    assertRefused(Reason.TEXT, frame(6, 1, new byte[] {0, 3, 'a', '\n', 'b'}));
    assertRefused(Reason.TEXT, frame(6, 1, new byte[] {0, 2, (byte) 0xc3, (byte) 0xa4}));
  }

  @Test
  void smallFramesTogetherAreReadInTurnsToo() throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    int frames = 4000;
    for (int i = 0; i < frames; i++) {
      stream.write(frame(7, 1, new byte[1000]));
    }
    ByteArrayInputStream bytes = new ByteArrayInputStream(stream.toByteArray());
    FrameReader reader = new FrameReader(Channels.newChannel(bytes));
    int turn = 1 << 20;
    int turns = 0;
    int read = 0;
    while (read < frames) {
      int before = bytes.available();
      Optional<GuestFrame> frame = reader.read(turn);
      while (frame.isPresent()) {
        read++;
        frame = reader.readOn();
      }
      assertThat(before - bytes.available()).isLessThanOrEqualTo(turn + 16 * 1024);
      turns++;
    }
    assertThat(turns).isBetween(4, 6);
  }

  @Test
  void aWindowIsWrittenAsDocumented() {
    assertThat(FrameWriter.window(0x01020304, 0x05060708)[0].array())
        .containsExactly(0, 0, 0, 9, 0x43, 1, 2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void anAnswerOfTheGreatestSizeIsWhole() throws IOException {
    byte[] payload = new byte[Limits.RESPONSE_BYTES];
    new Random(SEED).nextBytes(payload);
    GuestFrame.Result result =
        (GuestFrame.Result) reader(frame(4, 1, payload), 100_000).read().orElseThrow();
    assertThat(Arrays.equals(result.payload(), payload)).isTrue();
  }

  @Test
  void aLargerAnswerIsMeasuredAndDroppedAndTheNextOneIsRead() throws IOException {
    byte[] large = new byte[Limits.RESPONSE_BYTES + 1];
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.write(frame(4, 1, large));
    stream.write(frame(5, 2, large));
    stream.write(frame(4, 3, new byte[] {'1'}));
    FrameReader reader = reader(stream.toByteArray(), 50_000);

    assertThat(reader.read()).contains(new GuestFrame.TooLarge(1, large.length));
    assertThat(reader.read()).contains(new GuestFrame.TooLarge(2, large.length));
    assertThat(reader.read()).containsInstanceOf(GuestFrame.Result.class);
  }

  @Test
  void aFrameIsReadInTurnsOfABoundedSize() throws IOException {
    byte[] large = new byte[Limits.RESPONSE_BYTES + 1];
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.write(frame(4, 1, new byte[Limits.RESPONSE_BYTES]));
    stream.write(frame(4, 2, large));
    ByteArrayInputStream bytes = new ByteArrayInputStream(stream.toByteArray());
    FrameReader reader = new FrameReader(Channels.newChannel(bytes));
    int turn = 1 << 20;

    for (Class<?> kind : List.of(GuestFrame.Result.class, GuestFrame.TooLarge.class)) {
      int turns = 0;
      Optional<GuestFrame> read = Optional.empty();
      while (read.isEmpty()) {
        int before = bytes.available();
        read = reader.read(turn);
        assertThat(before - bytes.available()).isLessThanOrEqualTo(turn + 16 * 1024);
        assertThat(reader.ended()).isFalse();
        turns++;
      }
      assertThat(read).containsInstanceOf(kind);
      assertThat(turns).isGreaterThan(5);
    }
  }

  @Test
  void whatIsNoFrameIsRefusedWithItsReason() {
    assertRefused(Reason.LENGTH, new byte[] {0, 0, 0, 4, 1, 0, 0, 0, 0});
    assertRefused(Reason.TYPE, frame(0, 0, new byte[0]));
    assertRefused(Reason.TYPE, frame(0x41, 0, new byte[0]));
    assertRefused(Reason.CALL, frame(2, 1, new byte[0]));
    assertRefused(Reason.LENGTH, frame(2, 0, new byte[1]));
    assertRefused(Reason.LENGTH, frame(1, 0, new byte[1]));
    assertRefused(Reason.LENGTH, frame(1, 0, new byte[2000]));
    assertRefused(Reason.LENGTH, frame(3, 0, new byte[Limits.RESPONSE_BYTES + 1]));
    assertRefused(Reason.TEXT, frame(5, 1, new byte[] {0, 9, 'x'}));
    assertRefused(Reason.TEXT, frame(5, 1, new byte[] {0}));
    assertRefused(Reason.TEXT, frame(1, 0, new byte[] {0, 1, 0, 1, (byte) 0xff}));
    assertRefused(Reason.TRUNCATED, new byte[] {0, 0, 0});
    assertRefused(Reason.TRUNCATED, Arrays.copyOf(frame(4, 1, new byte[100]), 50));
    assertRefused(Reason.TRUNCATED, new byte[] {-1, -1, -1, -1, 4, 0, 0, 0, 1, 'f', 'o', 'u', 'r'});
  }

  @Test
  void noiseEndsInAFrameOrARefusalAndNothingElse() throws IOException {
    Random random = new Random(SEED);
    for (int round = 0; round < 20_000; round++) {
      byte[] noise = noise(random);
      FrameReader reader = reader(noise, 1 + random.nextInt(40));
      try {
        Optional<GuestFrame> frame = reader.read();
        while (frame.isPresent()) {
          frame = reader.read();
        }
      } catch (FrameException refused) {
        assertThat(refused).hasMessageNotContaining("null");
      }
    }
  }

  /** Mostly frames, some of them damaged. */
  private static byte[] noise(Random random) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = random.nextInt(4); i >= 0; i--) {
      byte[] body = new byte[random.nextInt(30)];
      random.nextBytes(body);
      if (body.length > 4 && random.nextBoolean()) {
        body[0] = 0;
        body[1] = (byte) random.nextInt(body.length);
      }
      int call = random.nextBoolean() ? 0 : random.nextInt();
      stream.writeBytes(frame(random.nextInt(10), call, body));
    }
    byte[] bytes = stream.toByteArray();
    if (random.nextInt(3) == 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return random.nextInt(3) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  @Test
  void anInvocationIsWrittenAsTheDocumentSays() throws IOException {
    Invocation invocation =
        new Invocation(
            new RequestId("id"),
            new byte[] {'{', '}'},
            Instant.ofEpochMilli(0x0102030405060708L),
            FunctionArn.of(new Account("000000000000", "us-east-1"), new FunctionName("f")),
            "ü",
            Optional.of("{}"),
            Optional.empty());
    // A channel that takes a few bytes at a time: short writes must not lose any.
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    new FrameWriter(new SlowChannel(written)).invoke(0x0a0b0c0d, invocation);

    ByteBuffer frame = ByteBuffer.wrap(written.toByteArray());
    assertThat(frame.getInt()).isEqualTo(frame.remaining());
    assertThat(frame.get()).isEqualTo((byte) 0x41);
    assertThat(frame.getInt()).isEqualTo(0x0a0b0c0d);
    assertThat(frame.getLong()).isEqualTo(0x0102030405060708L);
    assertThat(text(frame, frame.getShort())).isEqualTo("id");
    assertThat(text(frame, frame.getShort()))
        .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:f");
    assertThat(text(frame, frame.getShort())).isEqualTo("ü");
    assertThat(text(frame, frame.getInt())).isEqualTo("{}");
    assertThat(text(frame, frame.getInt())).isEmpty();
    assertThat(text(frame, frame.remaining())).isEqualTo("{}");
  }

  @Test
  void aTenantsInvocationHasItsNameBeforeIt() {
    Invocation invocation =
        new Invocation(
            new RequestId("id"),
            new byte[] {'7'},
            Instant.EPOCH,
            FunctionArn.of(new Account("000000000000", "us-east-1"), new FunctionName("f")),
            "",
            Optional.empty(),
            Optional.empty(),
            Optional.of(new TenantId("blue/1")));
    ByteBuffer[] written = FrameWriter.frame(5, invocation);
    ByteBuffer frame = written[0];
    assertThat(frame.getInt()).isEqualTo(5 + 6);
    assertThat(frame.get()).isEqualTo((byte) 0x44);
    assertThat(frame.getInt()).isEqualTo(5);
    assertThat(text(frame, 6)).isEqualTo("blue/1");
    assertThat(frame.getInt()).isEqualTo(frame.remaining() + written[1].remaining());
    assertThat(frame.get()).isEqualTo((byte) 0x41);
    assertThat(frame.getInt()).isEqualTo(5);
  }

  private static String text(ByteBuffer frame, int length) {
    byte[] bytes = new byte[length];
    frame.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void assertRefused(Reason reason, byte[] bytes) {
    assertThatThrownBy(() -> reader(bytes, 1_000_000).read())
        .isInstanceOfSatisfying(
            FrameException.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  private static byte[] frame(int type, int call, byte[] body) {
    return ByteBuffer.allocate(9 + body.length)
        .putInt(5 + body.length)
        .put((byte) type)
        .putInt(call)
        .put(body)
        .array();
  }

  /** Reads from an array, at most so many bytes at a time. */
  private static FrameReader reader(byte[] bytes, int most) {
    ReadableByteChannel all = Channels.newChannel(new ByteArrayInputStream(bytes));
    return new FrameReader(
        new ReadableByteChannel() {
          @Override
          public int read(ByteBuffer target) throws IOException {
            int limit = target.limit();
            target.limit(Math.min(limit, target.position() + Math.min(most, target.remaining())));
            int read = all.read(target);
            target.limit(limit);
            return read;
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        });
  }

  private record SlowChannel(ByteArrayOutputStream target) implements GatheringByteChannel {
    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
      for (ByteBuffer source : sources) {
        if (source.hasRemaining()) {
          return write(source);
        }
      }
      return 0;
    }

    @Override
    public long write(ByteBuffer[] sources) {
      return write(sources, 0, sources.length);
    }

    @Override
    public int write(ByteBuffer source) {
      int count = Math.min(3, source.remaining());
      for (int i = 0; i < count; i++) {
        target.write(source.get());
      }
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
