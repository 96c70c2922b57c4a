package io.mayfly.sns;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the platform posts to on behalf of those who subscribe endpoints: never to its own port,
 * nor to addresses by which machines of clouds are told their secrets; to private networks and this
 * machine for its owner alone.
 */
final class HttpAddresses {
  /** Where AWS's machines find what they are told, over IPv6; over IPv4 it is link-local. */
  private static final String METADATA = "fd000ec2000000000000000000000254";

  private final Supplier<String> authority;
  private final boolean privateNetwork;

  /**
   * @param authority host and port that the platform can be reached at from this machine
   * @param privateNetwork whether addresses in private networks and on this machine are allowed
   */
  HttpAddresses(Supplier<String> authority, boolean privateNetwork) {
    this.authority = authority;
    this.privateNetwork = privateNetwork;
  }

  /** Why nothing is posted to a URL; empty if it is. A name that nobody knows is no reason. */
  Optional<String> refusal(URI url) {
    String host = String.valueOf(url.getHost());
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        Optional<String> refusal = refusal(address, port(url));
        if (refusal.isPresent()) {
          return refusal.map(why -> "%s is %s, %s".formatted(host, address.getHostAddress(), why));
        }
      }
      return Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : url.getScheme().equals("https") ? 443 : 80;
  }

  private Optional<String> refusal(InetAddress address, int port) {
    if (address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress()
        || HexFormat.of().formatHex(address.getAddress()).equals(METADATA)) {
      return Optional.of("to which nothing is posted");
    }
    boolean here = isHere(address);
    if (here && port == ownPort()) {
      return Optional.of("where the platform itself listens on port " + port);
    }
    if (!privateNetwork && (here || isPrivate(address))) {
      return Optional.of("which is not public, and only the owner's account posts there");
    }
    return Optional.empty();
  }

  private int ownPort() {
    String own = authority.get();
    return Integer.parseInt(own.substring(own.lastIndexOf(':') + 1));
  }

  private static boolean isHere(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      // What cannot be told is treated as if it were.
      return true;
    }
  }

  /** Whether an address is of no public network (RFC 6890). */
  private static boolean isPrivate(InetAddress address) {
    byte[] bytes = address.getAddress();
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    if (address instanceof Inet6Address) {
      // Unique local, and what stands for addresses of IPv4: translated, 6to4, or compatible.
      return (first & 0xfe) == 0xfc
          || address.isSiteLocalAddress()
          || first == 0
          || (first == 0x20 && second == 0x02);
    }
    return address.isSiteLocalAddress()
        || List.of(0, 127).contains(first)
        || first >= 240
        || (first == 100 && (second & 0xc0) == 64)
        || (first == 192 && second == 0)
        || (first == 198 && (second & 0xfe) == 18);
  }
}
