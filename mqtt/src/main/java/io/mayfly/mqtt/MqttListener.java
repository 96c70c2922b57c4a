package io.mayfly.mqtt;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/**
 * Listens to MQTT 3.1.1 and 5. One thread, {@code mayfly-mqtt}, reads and answers all clients; what
 * is on its way to the disk waits for no thread.
 */
public final class MqttListener implements MqttPort, AutoCloseable {
  /** What is sent to a client before no more is put behind it, and before there is again. */
  private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(16 * 1024, 64 * 1024);

  private final EventLoopGroup thread;
  private final Channel channel;
  private final MqttClients clients;

  private MqttListener(EventLoopGroup thread, Channel channel, MqttClients clients) {
    this.thread = thread;
    this.channel = channel;
    this.clients = clients;
  }

  /**
   * Begins to listen.
   *
   * @throws MayflyException if that is not possible
   */
  public static MqttListener start(InetSocketAddress address, MqttDoor door, InstantSource clock) {
    EventLoopGroup thread =
        new MultiThreadIoEventLoopGroup(
            1,
            Thread.ofPlatform().name("mayfly-mqtt").daemon(true).factory(),
            NioIoHandler.newFactory());
    MqttClients clients = new MqttClients(door, clock);
    try {
      Channel channel =
          new ServerBootstrap()
              .group(thread)
              .channel(NioServerSocketChannel.class)
              .option(ChannelOption.SO_REUSEADDR, true)
              .option(ChannelOption.SO_BACKLOG, 1024)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childOption(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(false, true))
              .childOption(
                  ChannelOption.RECVBUF_ALLOCATOR,
                  new FixedRecvByteBufAllocator(MqttLimits.UNKNOWN_BYTES))
              .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
              .childHandler(new Way(clients))
              .bind(address)
              .syncUninterruptibly()
              .channel();
      return new MqttListener(thread, channel, clients);
    } catch (Exception e) {
      thread.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new MayflyException(
          ErrorCode.CONFLICT,
          e instanceof BindException
              ? "MQTT cannot listen on port %d of %s (%s); stop what listens there, or give another with --mqtt-port"
                  .formatted(address.getPort(), address.getHostString(), e.getMessage())
              : "MQTT cannot listen on %s: %s".formatted(address, e),
          e);
    }
  }

  /** What bytes of a client pass through. */
  private static final class Way extends ChannelInitializer<SocketChannel> {
    private final MqttClients clients;

    Way(MqttClients clients) {
      this.clients = clients;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
      MqttConnection connection = new MqttConnection(clients, channel);
      channel
          .pipeline()
          .addLast(new Frames(clients, connection))
          .addLast(new MqttDecoder(MqttLimits.PACKET_BYTES))
          .addLast(MqttEncoder.INSTANCE)
          .addLast(connection);
    }
  }

  @Override
  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  @Override
  public int connections(String account) {
    return clients.connected(account);
  }

  /** Disconnects all clients; wills are kept back, because it was not they who went. */
  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    thread.submit(clients::stop).syncUninterruptibly();
    thread.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
