package io.mayfly.testing.examples;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Pictures, made and compared. */
final class Pictures {
  private static final int CHANNELS = 3;

  /** EXIF with a single entry: orientation 6, to be turned clockwise. */
  private static final byte[] TURNED =
      HexFormat.of()
          .parseHex(
              "ffe1 0022 457869660000 4d4d002a00000008 0001 0112 0003 00000001 00060000 00000000"
                  .replace(" ", ""));

  private Pictures() {}

  static BufferedImage decode(byte[] bytes) {
    try {
      return Objects.requireNonNull(
          ImageIO.read(new ByteArrayInputStream(bytes)), "these bytes are no picture");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] jpeg(BufferedImage picture) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(picture, "jpeg", bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A JPEG that says it was taken with the camera turned: its left side belongs to the top. */
  static byte[] lyingOnItsLeft(BufferedImage picture) {
    byte[] plain = jpeg(picture);
    return ByteBuffer.allocate(plain.length + TURNED.length)
        .put(plain, 0, 2)
        .put(TURNED)
        .put(plain, 2, plain.length - 2)
        .array();
  }

  /** A picture of four colours: top left, top right, bottom left, bottom right. */
  static BufferedImage quarters(int width, int height, Color... colors) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    for (int i = 0; i < colors.length; i++) {
      graphics.setColor(colors[i]);
      int left = i % 2 == 0 ? 0 : width / 2;
      int top = i < 2 ? 0 : height / 2;
      graphics.fillRect(left, top, width - left, height - top);
    }
    graphics.dispose();
    return picture;
  }

  static BufferedImage mirror(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    BufferedImage mirrored = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = mirrored.createGraphics();
    graphics.drawImage(picture, width, 0, -width, height, null);
    graphics.dispose();
    return mirrored;
  }

  /** Scales down by the plain mean of the pixels that fall together. */
  static BufferedImage shrink(BufferedImage picture, int width, int height) {
    BufferedImage shrunk = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      int top = (int) ((long) y * picture.getHeight() / height);
      int bottom = (int) ((y + 1L) * picture.getHeight() / height);
      for (int x = 0; x < width; x++) {
        int left = (int) ((long) x * picture.getWidth() / width);
        int right = (int) ((x + 1L) * picture.getWidth() / width);
        shrunk.setRGB(x, y, mean(picture, left, top, right - left, bottom - top));
      }
    }
    return shrunk;
  }

  /** The mean difference of two pictures of the same size, per pixel and channel, of 255. */
  static double difference(BufferedImage one, BufferedImage other) {
    int[] ours = pixels(one, 0, 0, one.getWidth(), one.getHeight());
    int[] theirs = pixels(other, 0, 0, one.getWidth(), one.getHeight());
    long sum = 0;
    for (int i = 0; i < ours.length; i++) {
      for (int channel = 0; channel < CHANNELS; channel++) {
        sum += Math.abs(value(ours[i], channel) - value(theirs[i], channel));
      }
    }
    return sum / (double) (ours.length * CHANNELS);
  }

  /** The header of a grey PNG of any size, with next to nothing behind it. */
  static byte[] emptyPng(int width, int height) {
    byte[] header = ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 8).array();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.writeBytes(HexFormat.of().parseHex("89504e470d0a1a0a"));
    png.writeBytes(chunk("IHDR", header));
    png.writeBytes(chunk("IDAT", HexFormat.of().parseHex("789c0300000000 01".replace(" ", ""))));
    png.writeBytes(chunk("IEND", new byte[0]));
    return png.toByteArray();
  }

  private static byte[] chunk(String type, byte[] content) {
    byte[] named =
        ByteBuffer.allocate(4 + content.length)
            .put(type.getBytes(StandardCharsets.US_ASCII))
            .put(content)
            .array();
    CRC32 sum = new CRC32();
    sum.update(named);
    return ByteBuffer.allocate(8 + named.length)
        .putInt(content.length)
        .put(named)
        .putInt((int) sum.getValue())
        .array();
  }

  private static int mean(BufferedImage picture, int left, int top, int width, int height) {
    int[] pixels = pixels(picture, left, top, width, height);
    int mean = 0;
    for (int channel = 0; channel < CHANNELS; channel++) {
      long sum = 0;
      for (int pixel : pixels) {
        sum += value(pixel, channel);
      }
      mean |= (int) (sum / pixels.length) << (8 * channel);
    }
    return mean;
  }

  private static int[] pixels(BufferedImage picture, int left, int top, int width, int height) {
    return picture.getRGB(left, top, width, height, new int[width * height], 0, width);
  }

  private static int value(int pixel, int channel) {
    return pixel >> (8 * channel) & 0xFF;
  }
}
