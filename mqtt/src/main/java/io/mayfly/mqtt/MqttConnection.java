package io.mayfly.mqtt;

import io.mayfly.model.MayflyException;
import io.mayfly.mqtt.Refusal.RefusedException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttIdentifierRejectedException;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttReasonCodes.Disconnect;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection: lets a client in, hands what it sends to its session, and ends it. Runs on the
 * thread of MQTT.
 */
final class MqttConnection extends SimpleChannelInboundHandler<MqttMessage> {
  private final MqttClients clients;
  private final Channel channel;
  private @Nullable MqttSession session;
  private boolean closing;

  /** Packets that the decoder has got, and not given back yet. */
  private int undecoded;

  MqttConnection(MqttClients clients, Channel channel) {
    this.clients = clients;
    this.channel = channel;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (!clients.enter(this)) {
      drop("is refused, because %d are connected".formatted(MqttLimits.CONNECTIONS));
      return;
    }
    var _ =
        context
            .executor()
            .schedule(
                () -> {
                  if (session == null) {
                    var _ = context.close();
                  }
                },
                MqttLimits.UNKNOWN_TIME.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closing = true;
    clients.leave(this);
    if (session != null) {
      session.end();
    }
  }

  /** The longest packet that is read, without its fixed header. */
  int packetBytes() {
    return session == null ? MqttLimits.UNKNOWN_BYTES : MqttLimits.PACKET_BYTES;
  }

  /** A packet comes, which the decoder is to give back at once. */
  void comes() {
    undecoded++;
  }

  /** Whether the decoder has not, because the packet says that it is longer than it is. */
  boolean behind() {
    return undecoded > 0;
  }

  void tooLarge() {
    fail(Disconnect.PACKET_TOO_LARGE, "has sent a packet that is too large");
  }

  /** Ends the connection without a word to the client. */
  void drop(String what) {
    clients.say(this, what);
    close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, MqttMessage message) {
    undecoded = 0;
    if (closing) {
      return;
    }
    if (message.decoderResult().isFailure()) {
      malformed(message.decoderResult().cause());
    } else if (session != null) {
      handle(session, message);
    } else if (message instanceof MqttConnectMessage connect) {
      connect(connect);
    } else {
      drop("has sent something before it connected");
    }
  }

  private void connect(MqttConnectMessage message) {
    boolean five = message.variableHeader().version() == 5;
    try {
      Login login = Login.of(message);
      MqttTenant tenant = open(login).orElseThrow(() -> new RefusedException(Refusal.PASSWORD));
      MqttSession next = new MqttSession(clients, this, channel, tenant, login);
      session = next;
      clients.take(tenant, login.id(), this).ifPresent(MqttConnection::takenOver);
      channel
          .pipeline()
          .addFirst(new IdleStateHandler(login.keepAlive() * 1_500L, 0, 0, TimeUnit.MILLISECONDS));
      write(
          login.five()
              ? Packets.accepted(
                  Optional.of(login.id()).filter(_ -> login.given()),
                  Optional.of(login.keepAlive()).filter(each -> each != login.asked()))
              : Packets.accepted());
    } catch (RefusedException e) {
      refuse(e.why(), five);
    } catch (MayflyException e) {
      refuse(Refusal.UNAVAILABLE, five);
    }
  }

  private Optional<MqttTenant> open(Login login) {
    return clients.open(login.user(), login.password());
  }

  private void refuse(Refusal why, boolean five) {
    clients.say(this, "is refused: it " + why.text());
    closing = true;
    channel.writeAndFlush(Packets.refusal(why.code(five))).addListener(ChannelFutureListener.CLOSE);
  }

  /** What is no packet: the decoder says why. */
  private void malformed(Throwable why) {
    if (session != null) {
      fail(Disconnect.MALFORMED_PACKET, "has sent what is no packet: " + why.getMessage());
    } else if (why instanceof MqttUnacceptableProtocolVersionException) {
      refuse(Refusal.VERSION, false);
    } else if (why instanceof MqttIdentifierRejectedException) {
      refuse(Refusal.CLIENT_ID, false);
    } else {
      drop("has sent what is no packet: " + why.getMessage());
    }
  }

  private void handle(MqttSession known, MqttMessage message) {
    // A key that has been disabled or removed keeps nobody connected.
    if (known.expelled()) {
      fail(Disconnect.NOT_AUTHORIZED, "has a key that is not active any more");
      return;
    }
    switch (message) {
      case MqttPublishMessage publish -> known.publish(publish);
      case MqttSubscribeMessage subscribe -> known.subscribe(subscribe);
      case MqttUnsubscribeMessage unsubscribe -> known.unsubscribe(unsubscribe);
      default -> {
        switch (message.fixedHeader().messageType()) {
          case PINGREQ -> write(Packets.pingresp());
          case DISCONNECT -> {
            if (!withWill(message)) {
              known.forgetWill();
            }
            close();
          }
          default ->
              fail(
                  Disconnect.PROTOCOL_ERROR,
                  "has sent %s, which is not expected"
                      .formatted(message.fixedHeader().messageType()));
        }
      }
    }
  }

  private static boolean withWill(MqttMessage disconnect) {
    return disconnect.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader header
        && header.reasonCode() == Disconnect.DISCONNECT_WITH_WILL_MESSAGE.byteValue();
  }

  private void takenOver() {
    fail(Disconnect.SESSION_TAKEN_OVER, "goes, because another has connected with its client id");
  }

  /** The platform stops. */
  void stop() {
    end(Disconnect.SERVER_SHUTTING_DOWN);
  }

  /** Ends the connection for what the client did, or could not be done for it. */
  void fail(Disconnect reason, String what) {
    clients.say(this, what);
    end(reason);
  }

  private void end(Disconnect reason) {
    closing = true;
    if (session != null && session.five()) {
      channel.writeAndFlush(Packets.disconnect(reason)).addListener(ChannelFutureListener.CLOSE);
    } else {
      var _ = channel.close();
    }
  }

  private void close() {
    closing = true;
    var _ = channel.close();
  }

  boolean closing() {
    return closing;
  }

  void write(MqttMessage message) {
    var _ = channel.writeAndFlush(message);
  }

  /** Reads on, or lets the client wait while too much of it, or of all, is under way. */
  void readOrPause() {
    boolean reads =
        !closing
            && channel.isWritable()
            && (session == null || session.takesMore())
            && !clients.full(this);
    if (channel.config().isAutoRead() != reads && channel.isActive()) {
      channel.config().setAutoRead(reads);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    readOrPause();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent) {
      fail(Disconnect.KEEP_ALIVE_TIMEOUT, "was not heard for longer than it said");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    if (!(failure instanceof IOException)) {
      clients.say(this, "is disconnected: " + failure);
    }
    var _ = context.close();
  }

  @Override
  public String toString() {
    return session == null
        ? String.valueOf(channel.remoteAddress())
        : session + " at " + channel.remoteAddress();
  }
}
