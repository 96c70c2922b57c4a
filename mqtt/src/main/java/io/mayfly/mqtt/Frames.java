package io.mayfly.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Cuts what comes into packets ("Fixed header" in MQTT 3.1.1 and 5), and refuses those that are too
 * long before they are read. So the decoder behind it never begins a packet anew because a byte
 * more has come, and what is held of packets that are not whole is known, and bounded. Runs on the
 * thread of MQTT.
 */
final class Frames extends ByteToMessageDecoder {
  private static final int MOST_LENGTH_BYTES = 4;

  private final MqttClients clients;
  private final MqttConnection connection;
  private int held;

  Frames(MqttClients clients, MqttConnection connection) {
    this.clients = clients;
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    super.channelRead(context, message);
    hold(actualReadableBytes());
  }

  private void hold(int bytes) {
    if (!clients.hold(bytes - held)) {
      connection.drop("has sent more than is held of packets that have not come whole");
      return;
    }
    held = bytes;
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    clients.hold(-held);
    held = 0;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (connection.closing()) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (connection.behind()) {
      connection.drop("has sent a packet that says more than it is long");
      return;
    }
    int rest = 0;
    int header = 0;
    for (int more = 0x80; more == 0x80; header++) {
      if (header == MOST_LENGTH_BYTES) {
        connection.drop("has sent a packet that does not say how long it is");
        return;
      }
      if (in.readableBytes() < 2 + header) {
        return;
      }
      int next = in.getByte(in.readerIndex() + 1 + header);
      rest |= (next & 0x7F) << (7 * header);
      more = next & 0x80;
    }
    if (rest > connection.packetBytes()) {
      connection.tooLarge();
    } else if (in.readableBytes() > header + rest) {
      connection.comes();
      out.add(in.readRetainedSlice(1 + header + rest));
    }
  }
}
