package io.mayfly.model;

/** An amount of memory or storage. */
public record DataSize(long bytes) implements Comparable<DataSize> {
  private static final long MEGABYTE = 1024 * 1024;

  public DataSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size cannot be negative: " + bytes);
    }
  }

  /** {@code megabytes} × 1,048,576 bytes, AWS Lambda's megabyte. */
  public static DataSize ofMegabytes(long megabytes) {
    return new DataSize(Math.multiplyExact(megabytes, MEGABYTE));
  }

  /** So many of it. */
  public DataSize times(int count) {
    return new DataSize(Math.multiplyExact(bytes, count));
  }

  /** Whole megabytes, rounded up. */
  public long megabytes() {
    return Math.ceilDiv(bytes, MEGABYTE);
  }

  @Override
  public int compareTo(DataSize other) {
    return Long.compare(bytes, other.bytes);
  }
}
