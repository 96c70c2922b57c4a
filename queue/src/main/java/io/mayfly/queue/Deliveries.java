package io.mayfly.queue;

import io.mayfly.store.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What receivers get of a queue's leased messages. Takes no lock. */
final class Deliveries {
  private final Database database;
  private final Ledger ledger;

  Deliveries(Database database, Ledger ledger) {
    this.database = database;
    this.ledger = ledger;
  }

  /** Reads from the disk what is not in memory; what is gone meanwhile is left out. */
  List<Delivery> of(List<Lease> leases) {
    if (leases.isEmpty()) {
      return List.of();
    }
    Map<Long, byte[]> read = read(leases);
    List<Delivery> deliveries = new ArrayList<>(leases.size());
    for (Lease lease : leases) {
      byte[] content = lease.content();
      if (content == null) {
        content = read.get(lease.message().sequence);
      }
      if (content != null) {
        deliveries.add(delivery(lease, content));
      }
    }
    return deliveries;
  }

  private static Delivery delivery(Lease lease, byte[] bytes) {
    Message message = lease.message();
    MessageContent content = MessageContent.decode(bytes);
    return new Delivery(
        lease.receipt(),
        content.id(),
        content.body(),
        content.attributes(),
        content.system(),
        Optional.ofNullable(message.group),
        content.deduplication(),
        Instant.ofEpochMilli(message.sent),
        lease.receipt().lease(),
        Instant.ofEpochMilli(lease.firstReceived()),
        Optional.ofNullable(message.origin));
  }

  /** Contents that are on the disk only. */
  private Map<Long, byte[]> read(List<Lease> leases) {
    List<Long> missing =
        leases.stream()
            .filter(lease -> lease.content() == null)
            .map(lease -> lease.message().sequence)
            .toList();
    if (missing.isEmpty()) {
      return Map.of();
    }
    return database.read(
        connection -> {
          Map<Long, byte[]> found = new HashMap<>();
          try (PreparedStatement select =
              connection.prepareStatement("select content from message where key = ?")) {
            for (long sequence : missing) {
              select.setLong(1, ledger.key(sequence));
              try (ResultSet row = select.executeQuery()) {
                if (row.next()) {
                  found.put(sequence, row.getBytes(1));
                }
              }
            }
          }
          return found;
        });
  }

  /** When the first message was sent. */
  Optional<Instant> oldest() {
    return database.read(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select sent from message where key >= ? and key < ?"
                      + " order by key limit 1")) {
            select.setLong(1, ledger.key(ledger.purged));
            select.setLong(2, ledger.lastKey());
            try (ResultSet row = select.executeQuery()) {
              return row.next()
                  ? Optional.of(Instant.ofEpochMilli(row.getLong(1)))
                  : Optional.empty();
            }
          }
        });
  }
}
