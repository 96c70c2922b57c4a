package io.mayfly.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.mayfly.testing.Functions;
import io.mayfly.testing.Http;
import io.mayfly.testing.Mayfly;
import io.mayfly.testing.Reply;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every maker of thumbnails does, in whatever language it is written. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractTestThumbnails {
  private static final int LONGER_SIDE = 200;
  private static final int MEMORY = 1024;
  private static final int TIMEOUT_SECONDS = 30;

  /** The mean difference of two pixels' channels, of 255, that good scalers and JPEG leave. */
  private static final double SIMILAR = 3;

  private final Functions functions = Mayfly.shared().functions();
  private final String example;
  private final String runtime;
  private final String handler;
  private final String[] packaging;
  private String url = "";

  AbstractTestThumbnails(String example, String runtime, String handler, String... packaging) {
    this.example = example;
    this.runtime = runtime;
    this.handler = handler;
    this.packaging = packaging;
  }

  @BeforeAll
  void deploy() throws IOException {
    byte[] zip = Files.readAllBytes(Example.zip(example, packaging));
    functions.deploy(
        example,
        runtime,
        handler,
        zip,
        request -> request.memorySize(MEMORY).timeout(TIMEOUT_SECONDS));
    url = functions.url(example);
  }

  @AfterAll
  void delete() {
    functions.delete(List.of(example));
  }

  @Test
  void photographsComeBackSmallWithTheirAspectKept() throws IOException {
    List<Path> photographs = Samples.of("images");
    assertThat(photographs).hasSizeGreaterThanOrEqualTo(2);
    for (Path file : photographs) {
      byte[] photograph = Files.readAllBytes(file);
      BufferedImage original = Pictures.decode(photograph);
      double scale = LONGER_SIDE / (double) Math.max(original.getWidth(), original.getHeight());
      BufferedImage thumbnail = thumbnail(photograph);

      assertThat(Math.max(thumbnail.getWidth(), thumbnail.getHeight())).isEqualTo(LONGER_SIDE);
      assertThat((double) thumbnail.getWidth()).isCloseTo(original.getWidth() * scale, offset(1.0));
      assertThat((double) thumbnail.getHeight())
          .isCloseTo(original.getHeight() * scale, offset(1.0));
      BufferedImage shrunk = Pictures.shrink(original, thumbnail.getWidth(), thumbnail.getHeight());
      assertThat(Pictures.difference(thumbnail, shrunk)).as(file.toString()).isLessThan(SIMILAR);
      assertThat(Pictures.difference(Pictures.mirror(thumbnail), shrunk))
          .as("the measure tells a picture from its mirror image")
          .isGreaterThan(2 * SIMILAR);
    }
  }

  @Test
  void pictureThatLiesOnItsSideComesBackUpright() {
    BufferedImage stored =
        Pictures.quarters(600, 400, Color.RED, Color.GREEN, Color.BLUE, Color.WHITE);
    BufferedImage thumbnail = thumbnail(Pictures.lyingOnItsLeft(stored));

    assertThat(thumbnail.getWidth()).isEqualTo(133);
    assertThat(thumbnail.getHeight()).isEqualTo(LONGER_SIDE);
    BufferedImage upright =
        Pictures.quarters(133, 200, Color.BLUE, Color.RED, Color.WHITE, Color.GREEN);
    assertThat(Pictures.difference(thumbnail, upright)).isLessThan(SIMILAR);
  }

  @Test
  void smallPictureIsNotEnlarged() {
    BufferedImage small =
        Pictures.quarters(60, 40, Color.RED, Color.GREEN, Color.BLUE, Color.WHITE);
    BufferedImage thumbnail = thumbnail(Pictures.jpeg(small));

    assertThat(thumbnail.getWidth()).isEqualTo(60);
    assertThat(thumbnail.getHeight()).isEqualTo(40);
  }

  @Test
  void bodyThatIsNoImageIsRefused() throws IOException {
    byte[] photograph = Files.readAllBytes(Samples.of("images").getFirst());
    List<byte[]> bodies =
        List.of(
            new byte[0],
            "hello".getBytes(StandardCharsets.UTF_8),
            new byte[1000],
            Arrays.copyOfRange(photograph, 1000, 5000),
            Arrays.copyOf(photograph, 100));
    for (byte[] body : bodies) {
      Reply reply = post(body);
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.text()).contains("The body is no readable image; post one of JPEG");
    }
  }

  @Test
  void imageOfTooManyPixelsIsRefusedUndecoded() {
    byte[] bomb = Pictures.emptyPng(50_000, 50_000);
    Reply reply = post(bomb);

    assertThat(bomb).hasSizeLessThan(1000);
    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.text()).contains("The image has more than 50,000,000 pixels.");
  }

  private BufferedImage thumbnail(byte[] picture) {
    Reply reply = post(picture);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).isEqualTo("image/jpeg");
    assertThat(reply.body()).startsWith(0xFF, 0xD8, 0xFF);
    return Pictures.decode(reply.body());
  }

  private Reply post(byte[] body) {
    return Http.request("POST", url).header("Content-Type", "image/jpeg").body(body).send();
  }
}
