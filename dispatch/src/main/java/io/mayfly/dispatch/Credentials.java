package io.mayfly.dispatch;

/** What a handler signs its own AWS requests with. */
public record Credentials(String accessKeyId, String secretAccessKey, String sessionToken) {
  /** Keeps the secret out of logs. */
  @Override
  public String toString() {
    return "Credentials[" + accessKeyId + "]";
  }
}
