package io.mayfly.sns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the platform posts to, and where it does not. */
class TestHttpAddresses {
  private final HttpAddresses owners = new HttpAddresses(() -> "127.0.0.1:9000", true);
  private final HttpAddresses others = new HttpAddresses(() -> "127.0.0.1:9000", false);

  private static boolean allowed(HttpAddresses addresses, String url) {
    return addresses.refusal(URI.create(url)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:9000/",
        "http://localhost:9000/x",
        "http://127.1.2.3:9000/",
        "http://[::1]:9000/",
        "http://[::ffff:127.0.0.1]:9000/",
        "http://0.0.0.0:9000/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://224.0.0.1/",
      })
  void nobodyIsPostedToItselfOrToSecrets(String url) {
    assertThat(allowed(owners, url)).isFalse();
    assertThat(allowed(others, url)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "https://localhost:8443/",
        "http://[::1]:9001/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://198.18.0.1/",
        "http://[fc00::1]/",
        "http://[2002:7f00:1::]/",
        "http://[64:ff9b::7f00:1]/",
        "http://240.0.0.1/",
      })
  void onlyTheOwnerPostsToPrivateNetworks(String url) {
    assertThat(allowed(owners, url)).isTrue();
    assertThat(allowed(others, url)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://93.184.216.34/",
        "https://[2606:2800:220:1::1]/",
        "http://93.184.216.34:9000/",
        "http://name-that-nobody-has.invalid/"
      })
  void everybodyPostsToPublicAddresses(String url) {
    assertThat(allowed(owners, url)).isTrue();
    assertThat(allowed(others, url)).isTrue();
  }

  @Test
  void thePlatformIsReachedAtNoneOfTheMachinesAddresses() throws SocketException {
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .flatMap(
            address ->
                address.getAddress().length == 4 ? Stream.of(address) : Stream.<InetAddress>empty())
        .forEach(
            address ->
                assertThat(allowed(owners, "http://" + address.getHostAddress() + ":9000/"))
                    .isFalse());
  }
}
