package io.mayfly.runtimes.java;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One INVOKE frame.
 *
 * @param number answers carry it
 * @param deadline milliseconds since 1970
 * @param clientContext JSON, or empty
 * @param cognitoIdentity JSON, or empty
 * @param tenantId empty unless the function keeps its tenants apart
 */
record Call(
    int number,
    long deadline,
    String requestId,
    String functionArn,
    String traceId,
    String clientContext,
    String cognitoIdentity,
    String tenantId,
    byte[] payload) {
  static Call parse(int number, String tenantId, ByteBuffer body) {
    long deadline = body.getLong();
    String requestId = text(body, body.getShort() & 0xffff);
    String functionArn = text(body, body.getShort() & 0xffff);
    String traceId = text(body, body.getShort() & 0xffff);
    String clientContext = text(body, body.getInt());
    String cognitoIdentity = text(body, body.getInt());
    byte[] payload = new byte[body.remaining()];
    body.get(payload);
    return new Call(
        number,
        deadline,
        requestId,
        functionArn,
        traceId,
        clientContext,
        cognitoIdentity,
        tenantId,
        payload);
  }

  static String text(ByteBuffer body, int length) {
    byte[] bytes = new byte[length];
    body.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
