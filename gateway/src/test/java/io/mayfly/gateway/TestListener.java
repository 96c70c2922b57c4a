package io.mayfly.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The listener over real sockets: its connections, its port, its end, and what is no HTTP. */
final class TestListener extends GatewayTest {
  @Test
  void aConnectionServesOneRequestAfterAnother() throws IOException {
    String once = "GET /%d HTTP/1.1\r\nHost: " + urlHost() + "\r\n\r\n";
    String response = exchange(once.formatted(1), once.formatted(2), head("GET", "/3", urlHost()));
    assertThat(response).containsSubsequence("rawPath\":\"/1", "rawPath\":\"/2", "rawPath\":\"/3");
  }

  @Test
  void whatIsNoHttpGetsAPlainRefusal() throws IOException {
    for (String junk :
        List.of(
            "nonsense\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(70_000) + "\r\n\r\n")) {
      assertThat(exchange(junk))
          .matches("(?s)HTTP/1\\.1 4\\d\\d .*")
          .doesNotContainIgnoringCase("jetty");
    }
    assertThat(exchange(head("GET", "/", urlHost()))).startsWith("HTTP/1.1 200");
  }

  @Test
  void aPortInUseIsNamedWithWhatToDo() {
    try (HttpThreads others = HttpThreads.start()) {
      InetSocketAddress taken =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.port());
      assertThatThrownBy(() -> Listener.start(others, taken, router))
          .isInstanceOf(MayflyException.class)
          .hasMessageContainingAll("port " + listener.port(), "in use", "--port");
    }
  }

  @Test
  void watchedSocketsOutliveTheListenerAndEndQuietlyAfterTheirThreads() throws Exception {
    try (ServerSocketChannel door = ServerSocketChannel.open()) {
      door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (SocketChannel guest = SocketChannel.open(door.getLocalAddress());
          SocketChannel socket = door.accept()) {
        CountDownLatch heard = new CountDownLatch(1);
        HttpThreads.Watch watch = threads.watch(socket, heard::countDown, () -> {});
        listener.close();
        guest.write(ByteBuffer.wrap(new byte[1]));
        assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
        threads.close();
        watch.end();
        assertThatThrownBy(() -> threads.watch(socket, () -> {}, () -> {}))
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void aListenerThatIsClosedLetsGoOfItsConnections() throws IOException {
    try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
      idle.setSoTimeout(20_000);
      idle.getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: " + urlHost() + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(idle.getInputStream().read()).isEqualTo('H');
      listener.close();
      assertThat(idle.getInputStream().readAllBytes()).isNotEmpty();
    }
  }
}
