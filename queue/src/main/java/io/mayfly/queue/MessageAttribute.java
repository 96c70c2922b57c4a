package io.mayfly.queue;

/**
 * One attribute of a message.
 *
 * @param type {@code String}, {@code Number} or {@code Binary}, with a dot and a label of the
 *     sender's behind it if he gave one
 * @param value text as UTF-8, or bytes
 */
public record MessageAttribute(String type, byte[] value) {
  public boolean binary() {
    return type.equals("Binary") || type.startsWith("Binary.");
  }
}
