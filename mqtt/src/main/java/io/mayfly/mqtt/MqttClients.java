package io.mayfly.mqtt;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everybody who is connected, and what all of them hold of the memory. But for {@link #connected},
 * everything runs on the thread of MQTT.
 */
final class MqttClients {
  private static final Logger log = LoggerFactory.getLogger(MqttClients.class);

  /** The clients of one account. */
  static final class Group {
    private final Map<String, MqttConnection> byId = new ConcurrentHashMap<>();
    private final TopicTree<Subscription> subscriptions = new TopicTree<>();

    TopicTree<Subscription> subscriptions() {
      return subscriptions;
    }
  }

  private final MqttDoor door;
  private final InstantSource clock;
  private final Sparingly said = new Sparingly(System::nanoTime);
  private final Set<MqttConnection> open = new HashSet<>();
  private final Map<String, Group> groups = new ConcurrentHashMap<>();

  /** Those that are not read because of what all hold. */
  private final Set<MqttConnection> paused = new HashSet<>();

  private long unwritten;
  private long unread;
  private long unsent;
  private boolean full;
  private boolean stopping;

  MqttClients(MqttDoor door, InstantSource clock) {
    this.door = door;
    this.clock = clock;
  }

  InstantSource clock() {
    return clock;
  }

  Optional<MqttTenant> open(String user, byte[] password) {
    return door.open(user, password);
  }

  /** Says what a client did wrong, if that has not just been said of another. */
  void say(MqttConnection connection, String what) {
    if (said.now()) {
      log.warn("MQTT client {} {}", connection, what);
    }
  }

  /** Takes up a connection, if there is room for one more. */
  boolean enter(MqttConnection connection) {
    return !stopping && open.size() < MqttLimits.CONNECTIONS && open.add(connection);
  }

  void leave(MqttConnection connection) {
    open.remove(connection);
    paused.remove(connection);
  }

  boolean stopping() {
    return stopping;
  }

  void stop() {
    stopping = true;
    List.copyOf(open).forEach(MqttConnection::stop);
  }

  Group group(MqttTenant tenant) {
    return groups.computeIfAbsent(tenant.account(), _ -> new Group());
  }

  /** Gives a client id to a connection; the one that had it. */
  Optional<MqttConnection> take(MqttTenant tenant, String id, MqttConnection connection) {
    return Optional.ofNullable(group(tenant).byId.put(id, connection));
  }

  void drop(MqttTenant tenant, String id, MqttConnection connection) {
    group(tenant).byId.remove(id, connection);
  }

  int connected(String account) {
    Group group = groups.get(account);
    return group == null ? 0 : group.byId.size();
  }

  /** So many bytes are on their way to the disk, from now on. */
  void writing(long bytes) {
    unwritten += bytes;
    full |= unwritten >= MqttLimits.WAITING_BYTES;
  }

  void written(long bytes) {
    unwritten -= bytes;
    if (full && unwritten < MqttLimits.WAITING_BYTES / 2) {
      full = false;
      List<MqttConnection> again = new ArrayList<>(paused);
      paused.clear();
      again.forEach(MqttConnection::readOrPause);
    }
  }

  /** Whether nothing more is to be read, of which a connection is told when that has changed. */
  boolean full(MqttConnection connection) {
    if (full) {
      paused.add(connection);
    }
    return full;
  }

  /**
   * Whether so many bytes more may be held of packets that have not come whole; they are, if so.
   */
  boolean hold(int bytes) {
    if (bytes > 0 && unread + bytes > MqttLimits.UNREAD_BYTES) {
      return false;
    }
    unread += bytes;
    return true;
  }

  /** Whether so many bytes may be on their way to clients; they are, if so. */
  boolean send(int bytes) {
    if (unsent + bytes > MqttLimits.UNSENT_BYTES) {
      return false;
    }
    unsent += bytes;
    return true;
  }

  void sent(int bytes) {
    unsent -= bytes;
  }
}
