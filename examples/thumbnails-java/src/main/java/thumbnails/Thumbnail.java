package thumbnails;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.exif.ExifIFD0Directory;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Makes an image small, upright and a JPEG. */
final class Thumbnail {
  private static final int LONGER_SIDE = 200;
  private static final long MAX_PIXELS = 50_000_000;

  static {
    ImageIO.setUseCache(false);
  }

  private Thumbnail() {}

  static byte[] of(byte[] image) throws IOException {
    BufferedImage upright = upright(shrink(read(image)), orientation(image));
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(upright, "jpeg", jpeg);
    return jpeg.toByteArray();
  }

  /** Decodes no more pixels than the shrinking needs: a few for each of the thumbnail's. */
  private static BufferedImage read(byte[] image) throws IOException {
    try (ImageInputStream input = ImageIO.createImageInputStream(new ByteArrayInputStream(image))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
      if (!readers.hasNext()) {
        throw new IIOException("no reader knows this format");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(input, true, true);
        // The header alone tells the size, so a bomb is refused before a pixel is decoded.
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > MAX_PIXELS) {
          throw new TooLargeException("The image has more than 50,000,000 pixels.");
        }
        int step = Math.max(1, Math.max(width, height) / (8 * LONGER_SIDE));
        ImageReadParam few = reader.getDefaultReadParam();
        few.setSourceSubsampling(step, step, 0, 0);
        return reader.read(0, few);
      } finally {
        reader.dispose();
      }
    }
  }

  /** Halves until one last step is left, because a single large one would skip pixels. */
  private static BufferedImage shrink(BufferedImage image) {
    double scale = Math.min(1, LONGER_SIDE / (double) Math.max(image.getWidth(), image.getHeight()));
    int width = Math.max(1, (int) Math.round(image.getWidth() * scale));
    int height = Math.max(1, (int) Math.round(image.getHeight() * scale));
    BufferedImage current = image;
    do {
      current =
          draw(
              current,
              Math.max(width, current.getWidth() / 2),
              Math.max(height, current.getHeight() / 2));
    } while (current.getWidth() > width || current.getHeight() > height);
    return current;
  }

  private static BufferedImage draw(BufferedImage image, int width, int height) {
    BufferedImage drawn = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = drawn.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(image, 0, 0, width, height, Color.WHITE, null);
    graphics.dispose();
    return drawn;
  }

  private static int orientation(byte[] image) throws IOException {
    try {
      ExifIFD0Directory exif =
          ImageMetadataReader.readMetadata(new ByteArrayInputStream(image))
              .getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer orientation =
          exif == null ? null : exif.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return orientation == null ? 1 : orientation;
    } catch (ImageProcessingException unknown) {
      return 1;
    }
  }

  /** Turns and mirrors by the eight orientations of EXIF. */
  private static BufferedImage upright(BufferedImage image, int orientation) {
    int width = image.getWidth();
    int height = image.getHeight();
    AffineTransform turn =
        switch (orientation) {
          case 2 -> new AffineTransform(-1, 0, 0, 1, width, 0);
          case 3 -> new AffineTransform(-1, 0, 0, -1, width, height);
          case 4 -> new AffineTransform(1, 0, 0, -1, 0, height);
          case 5 -> new AffineTransform(0, 1, 1, 0, 0, 0);
          case 6 -> new AffineTransform(0, 1, -1, 0, height, 0);
          case 7 -> new AffineTransform(0, -1, -1, 0, height, width);
          case 8 -> new AffineTransform(0, -1, 1, 0, 0, width);
          default -> new AffineTransform();
        };
    boolean onItsSide = orientation >= 5 && orientation <= 8;
    BufferedImage upright =
        new BufferedImage(
            onItsSide ? height : width,
            onItsSide ? width : height,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = upright.createGraphics();
    graphics.drawImage(image, turn, null);
    graphics.dispose();
    return upright;
  }

  static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooLargeException(String message) {
      super(message);
    }
  }
}
