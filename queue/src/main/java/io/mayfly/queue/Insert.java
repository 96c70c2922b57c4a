package io.mayfly.queue;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** New messages come to the end of a queue. */
final class Insert implements Change {
  /** How long a deduplication id is remembered. */
  static final Duration DEDUPLICATION = Duration.ofMinutes(5);

  private final SqliteQueue queue;
  private final List<NewMessage> messages;
  private final List<byte[]> contents;
  private final List<Sent> sent;
  private final List<Message> arrived;

  Insert(SqliteQueue queue, List<NewMessage> messages) {
    this.queue = queue;
    this.messages = List.copyOf(messages);
    this.contents = messages.stream().map(MessageContent::encode).toList();
    this.sent = new ArrayList<>(messages.size());
    this.arrived = new ArrayList<>(messages.size());
  }

  /** What it holds in memory. */
  long bytes() {
    long sum = 0;
    for (byte[] content : contents) {
      sum += content.length;
    }
    return sum;
  }

  /** What has become of each message, once it is stored. */
  List<Sent> sent() {
    return sent;
  }

  @Override
  public void apply(QueueTables tables, long now) throws SQLException {
    if (queue.ledger().gone) {
      return;
    }
    QueueRules rules = queue.rules();
    for (int i = 0; i < messages.size(); i++) {
      NewMessage message = messages.get(i);
      Optional<String> name = rules.fifo() ? name(message, rules) : Optional.empty();
      Optional<Sent> before =
          name.isEmpty()
              ? Optional.empty()
              : tables.duplicate(queue.ledger(), name.get(), now - DEDUPLICATION.toMillis());
      if (before.isPresent()) {
        sent.add(before.get());
      } else {
        insert(tables, message, contents.get(i), rules, now);
        if (name.isPresent()) {
          tables.remember(queue.ledger(), name.get(), now, message.id(), sent.getLast().sequence());
        }
      }
    }
  }

  private void insert(
      QueueTables tables, NewMessage message, byte[] content, QueueRules rules, long now)
      throws SQLException {
    Ledger ledger = queue.ledger();
    long sequence = tables.insert(ledger, now, message.group().orElse(null), content);
    sent.add(new Sent(message.id(), sequence, false));
    Message held = new Message(sequence, now, message.group().orElse(null), null);
    held.content = content;
    long delay = message.delay().orElse(rules.delay()).toMillis();
    if (delay > 0) {
      held.state = Message.State.DELAYED;
      held.visibleAt = now + delay;
      held.leaseStored = true;
      tables.lease(ledger, sequence, held.visibleAt, 0, 0, 0);
    }
    arrived.add(held);
  }

  private static Optional<String> name(NewMessage message, QueueRules rules) {
    return rules.groupDeduplication()
        ? message.deduplication().map(id -> message.group().orElse("") + "\n" + id)
        : message.deduplication();
  }

  @Override
  public void stored() {
    queue.arrived(arrived);
  }

  @Override
  public void failed() {}
}
