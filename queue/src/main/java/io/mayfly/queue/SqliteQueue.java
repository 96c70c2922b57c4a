package io.mayfly.queue;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A queue whose messages are in SQLite, and the first of them in memory as well.
 *
 * <p>What is on the disk changes by {@link Change}s alone, and what is in memory follows when they
 * are stored, in the same order, on the thread that writes. Leases are made in memory and written
 * later ({@link StoreLeases}). The lock is held for what happens in memory only; changes are added
 * under it where their order matters.
 */
final class SqliteQueue extends Timers.Timed implements MessageQueue {
  /** How long a lease may be in memory only. */
  private static final long LEASE_PAUSE = 100;

  /** How long a message is left alone that could not be moved or removed. */
  private static final long RETRY_PAUSE = 1_000;

  private final SqliteQueues queues;
  private final String name;
  private final Ledger ledger;
  private final Deliveries deliveries;
  private volatile QueueRules rules;
  private volatile String document;

  private final ReentrantLock lock = new ReentrantLock();

  /** Null until somebody asks for messages; then what is in memory. */
  private @Nullable Window window;

  private volatile boolean open;
  private @Nullable CompletableFuture<Void> opening;
  private @Nullable CompletableFuture<Void> paging;
  private final Deque<Waiter> waiters = new ArrayDeque<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private List<Message> changedLeases = new ArrayList<>();
  private long leasesDue = Timers.NEVER;
  private long nextWake = Timers.NEVER;
  private volatile boolean deleted;
  private boolean ended;

  SqliteQueue(SqliteQueues queues, String name, Ledger ledger, QueueRules rules, String document) {
    super(ledger.queue);
    this.queues = queues;
    this.name = name;
    this.ledger = ledger;
    this.deliveries = new Deliveries(queues.database(), ledger);
    this.rules = rules;
    this.document = document;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public QueueRules rules() {
    return rules;
  }

  @Override
  public String document() {
    return document;
  }

  Ledger ledger() {
    return ledger;
  }

  SqliteQueues queues() {
    return queues;
  }

  @Override
  public void change(QueueRules changed, String changedDocument) {
    if (changed.fifo() != rules.fifo()) {
      throw new IllegalArgumentException("a queue is first-in-first-out or not from its beginning");
    }
    queues.store(this, changed, changedDocument);
    rules = changed;
    document = changedDocument;
  }

  @Override
  public CompletableFuture<List<Sent>> send(List<NewMessage> messages) {
    if (messages.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    try {
      Insert insert = insert(messages);
      return queues.add(List.of(insert), insert.bytes()).thenApply(_ -> sent(insert));
    } catch (MayflyException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private List<Sent> sent(Insert insert) {
    // It may have been removed while the messages were on their way.
    requireThere();
    return insert.sent();
  }

  /**
   * The change that adds messages.
   *
   * @throws MayflyException if the queue is gone or does not take them
   */
  Insert insert(List<NewMessage> messages) {
    requireThere();
    if (rules.fifo()) {
      for (NewMessage message : messages) {
        if (message.group().isEmpty() || message.deduplication().isEmpty()) {
          throw new MayflyException(
              ErrorCode.INVALID_PARAMETER,
              "a message of a first-in-first-out queue needs a group and a deduplication id");
        }
        if (message.delay().isPresent()) {
          throw new MayflyException(
              ErrorCode.INVALID_PARAMETER,
              "messages of a first-in-first-out queue have no delay of their own");
        }
      }
    }
    return new Insert(this, messages);
  }

  private void requireThere() {
    if (deleted) {
      throw new MayflyException(ErrorCode.NOT_FOUND, "there is no queue " + name);
    }
  }

  @Override
  public List<Delivery> receive(int max, Duration visibility) {
    return receive(max, visibility, Duration.ZERO);
  }

  @Override
  public List<Delivery> receive(int max, Duration visibility, Duration wait) {
    open();
    List<Lease> leases = ready(max, visibility);
    if (leases.isEmpty() && !wait.isZero()) {
      leases = await(max, visibility, wait);
    }
    return deliveries.of(leases);
  }

  /** Leases what is ready, in memory or on the disk. */
  private List<Lease> ready(int max, Duration visibility) {
    while (true) {
      CompletableFuture<Void> page;
      lock.lock();
      try {
        List<Lease> leases = take(max, visibility);
        page = page(leases.isEmpty());
        if (!leases.isEmpty() || page == null) {
          return leases;
        }
      } finally {
        unlock();
      }
      join(page);
    }
  }

  private List<Lease> await(int max, Duration visibility, Duration wait) {
    Waiter waiter = new Waiter(max, visibility);
    lock.lock();
    try {
      if (ended) {
        return List.of();
      }
      waiters.add(waiter);
    } finally {
      unlock();
    }
    waiter.await(wait);
    List<Lease> given;
    lock.lock();
    try {
      waiters.remove(waiter);
      given = waiter.given();
      if (Thread.currentThread().isInterrupted()) {
        giveBack(given);
        given = List.of();
      }
    } finally {
      unlock();
    }
    return given;
  }

  /** Undoes leases that nobody has heard of. */
  private void giveBack(List<Lease> leases) {
    Window held = held();
    long now = queues.now();
    for (Lease lease : leases) {
      Message message = lease.message();
      if (message.state == Message.State.LEASED && message.isLastLeased(lease.receipt())) {
        message.receives--;
        held.lease(message, now);
      }
    }
  }

  /** Leases what is ready. Under the lock. */
  private List<Lease> take(int max, Duration visibility) {
    long now = queues.now();
    Window held = held();
    held.expire(now);
    List<Lease> taken = new ArrayList<>(Math.min(max, 16));
    List<Message> expired = new ArrayList<>(0);
    QueueRules current = rules;
    long fresh = now - current.retention().toMillis();
    SqliteQueue deadLetters =
        current.deadLetters().map(target -> queues.lookUp(target.queue())).orElse(null);
    int maxReceives = current.deadLetters().map(QueueRules.DeadLetters::maxReceives).orElse(0);
    while (taken.size() < max && held.inFlight() < MAX_IN_FLIGHT) {
      Message message = held.poll();
      if (message == null) {
        break;
      }
      message.visibleAt = now + RETRY_PAUSE;
      if (message.sent <= fresh) {
        dropContent(message);
        expired.add(message);
      } else if (deadLetters != null && message.receives >= maxReceives) {
        held.passGroup();
        dropContent(message);
        var _ = queues.add(List.of(new Move(this, List.of(message), deadLetters, name)), 0);
      } else {
        taken.add(lease(held, message, now, visibility));
      }
    }
    held.endBatch();
    if (!expired.isEmpty()) {
      var _ = queues.add(List.of(new Remove(this, expired, List.of())), 0);
    }
    return taken;
  }

  private Lease lease(Window held, Message message, long now, Duration visibility) {
    message.receives++;
    message.start = queues.start();
    if (message.receives == 1) {
      message.firstReceived = now;
    }
    held.lease(message, now + visibility.toMillis());
    changed(message, now);
    byte[] content = message.content;
    dropContent(message);
    Receipt receipt = new Receipt(message.sequence, message.start, message.receives);
    return new Lease(message, receipt, message.firstReceived, content);
  }

  private void dropContent(Message message) {
    byte[] content = message.content;
    if (content != null) {
      message.content = null;
      queues.contents().release(content.length);
    }
  }

  /** Notes that a lease is to be written. Under the lock. */
  private void changed(Message message, long now) {
    if (!message.leaseChanged) {
      message.leaseChanged = true;
      changedLeases.add(message);
      if (leasesDue == Timers.NEVER) {
        leasesDue = now + LEASE_PAUSE;
      }
    }
  }

  @Override
  public AutoCloseable whenReady(Runnable listener) {
    open();
    Listener own = new Listener(listener);
    boolean ready;
    lock.lock();
    try {
      listeners.add(own);
      ready = held().hasReady();
    } finally {
      unlock();
    }
    if (ready) {
      listener.run();
    }
    return () -> listeners.remove(own);
  }

  @Override
  public CompletableFuture<List<Receipt>> delete(Collection<Receipt> receipts, List<Forward> then) {
    List<Change> changes = new ArrayList<>(1 + then.size());
    try {
      changes.addAll(queues.inserts(then));
    } catch (MayflyException e) {
      return CompletableFuture.failedFuture(e);
    }
    return whenOpen(() -> remove(receipts, changes));
  }

  private CompletableFuture<List<Receipt>> remove(
      Collection<Receipt> receipts, List<Change> changes) {
    lock.lock();
    try {
      List<Message> leaving = new ArrayList<>(receipts.size());
      List<Receipt> elsewhere = new ArrayList<>(0);
      List<Receipt> refused = new ArrayList<>(0);
      leave(receipts, leaving, elsewhere, refused);
      if (!leaving.isEmpty() || !elsewhere.isEmpty()) {
        changes.addFirst(new Remove(this, leaving, elsewhere));
      }
      return changes.isEmpty()
          ? CompletableFuture.completedFuture(refused)
          // What goes on takes the place of what is deleted, so it is never too much.
          : queues.add(changes, 0).thenApply(_ -> refused);
    } finally {
      unlock();
    }
  }

  /**
   * Marks the messages that these receipts are for, so that nobody else gets them. As SQS does it:
   * in a standard queue the last receipt of a message holds even if its lease has ended; in a
   * first-in-first-out queue it does not. Under the lock.
   *
   * @param elsewhere gets receipts of messages that are not in memory
   * @param refused gets those of a first-in-first-out queue that hold no longer
   */
  private void leave(
      Collection<Receipt> receipts,
      List<Message> leaving,
      List<Receipt> elsewhere,
      List<Receipt> refused) {
    Window held = held();
    boolean fifo = rules.fifo();
    held.expire(queues.now());
    for (Receipt receipt : receipts) {
      Message message = held.find(receipt.sequence());
      if (message == null) {
        // What is on the disk only is not leased.
        if (held.more() && receipt.sequence() > held.horizon) {
          (fifo ? refused : elsewhere).add(receipt);
        }
      } else if (message.isLastLeased(receipt)
          && (message.state == Message.State.LEASED
              || (message.state == Message.State.READY && !fifo))) {
        held.leave(message);
        leaving.add(message);
      } else if (fifo && !(message.isLastLeased(receipt) && message.isOnItsWay())) {
        refused.add(receipt);
      }
    }
  }

  @Override
  public boolean holds(Receipt receipt) {
    open();
    lock.lock();
    try {
      held().expire(queues.now());
      return leased(receipt) != null;
    } finally {
      unlock();
    }
  }

  private @Nullable Message leased(Receipt receipt) {
    Message message = held().find(receipt.sequence());
    return message != null && message.state == Message.State.LEASED && message.isLastLeased(receipt)
        ? message
        : null;
  }

  @Override
  public boolean changeVisibility(Receipt receipt, Duration visibility) {
    open();
    lock.lock();
    try {
      long now = queues.now();
      held().expire(now);
      Message message = leased(receipt);
      if (message == null) {
        return false;
      }
      held().lease(message, now + visibility.toMillis());
      changed(message, now);
      return true;
    } finally {
      unlock();
    }
  }

  @Override
  public CompletableFuture<Integer> move(Collection<Receipt> receipts, MessageQueue to) {
    SqliteQueue target = queues.own(to);
    return whenOpen(
        () -> {
          lock.lock();
          try {
            List<Message> leaving = new ArrayList<>(receipts.size());
            leave(receipts, leaving, new ArrayList<>(0), new ArrayList<>(0));
            Move move = new Move(this, leaving, target, null);
            return leaving.isEmpty()
                ? CompletableFuture.completedFuture(0)
                : queues.add(List.of(move), 0).thenApply(_ -> move.moved());
          } finally {
            unlock();
          }
        });
  }

  @Override
  public CompletableFuture<Void> purge() {
    return queues.add(List.of(new Purge(this)), 0);
  }

  @Override
  public int inFlight() {
    open();
    lock.lock();
    try {
      held().expire(queues.now());
      return held().inFlight();
    } finally {
      unlock();
    }
  }

  @Override
  public Depth depth() {
    open();
    Optional<Instant> oldest = deliveries.oldest();
    lock.lock();
    try {
      Window held = held();
      held.expire(queues.now());
      return new Depth(
          held.total - held.inFlight() - held.delayed(), held.inFlight(), held.delayed(), oldest);
    } finally {
      unlock();
    }
  }

  @Override
  public List<Kept> read(long after, int max, long bytes) {
    requireThere();
    long fresh = queues.now() - rules.retention().toMillis();
    Shelf shelf = new Shelf(this);
    return queues.database().read(connection -> shelf.read(connection, after, fresh, max, bytes));
  }

  @Override
  public Holdings holdings() {
    requireThere();
    return queues.database().read(new Shelf(this)::holdings);
  }

  // What follows is called by changes, on the thread that writes.

  /** Messages are on the disk that are new. */
  void arrived(List<Message> messages) {
    update(
        held -> {
          for (Message message : messages) {
            boolean next = !held.more() && held.size() < queues.limits().window();
            held.total++;
            if (next || (message.state == Message.State.DELAYED && !rules.fifo())) {
              add(held, message);
            }
            if (next) {
              held.horizon = message.sequence;
            }
          }
        });
  }

  private void add(Window held, Message message) {
    byte[] content = message.content;
    if (content != null && !queues.contents().take(content.length)) {
      message.content = null;
    }
    held.add(message);
  }

  /**
   * Messages are gone.
   *
   * @param count how many of them and of others
   */
  void left(List<Long> sequences, int count) {
    update(
        held -> {
          for (long sequence : sequences) {
            Message message = held.find(sequence);
            if (message != null) {
              forget(held, message);
            }
          }
          held.total -= count;
        });
  }

  private void forget(Window held, Message message) {
    dropContent(message);
    held.remove(message);
  }

  /** Messages stay that were leaving. */
  void stayed(List<Message> messages) {
    update(held -> messages.forEach(message -> held.stay(message, message.visibleAt)));
  }

  void leasesFailed(List<Message> messages) {
    update(held -> messages.forEach(message -> changed(message, queues.now())));
  }

  void opened(List<Message> leased, List<Message> first, long total) {
    lock.lock();
    try {
      Window held = new Window(rules.fifo(), total);
      window = held;
      leased.forEach(message -> addAsStored(held, message, queues.now()));
      page(held, first);
      open = true;
    } finally {
      unlock();
    }
  }

  void openingFailed() {
    lock.lock();
    try {
      opening = null;
    } finally {
      lock.unlock();
    }
  }

  void paged(List<Message> messages) {
    update(
        held -> {
          paging = null;
          page(held, messages);
        });
  }

  void pagingFailed() {
    lock.lock();
    try {
      // Not tried again at once: the disk would be asked without end.
      paging = null;
    } finally {
      lock.unlock();
    }
  }

  private void page(Window held, List<Message> messages) {
    long now = queues.now();
    for (Message message : messages) {
      if (message.sequence > held.horizon) {
        held.horizon = message.sequence;
        if (held.find(message.sequence) == null) {
          addAsStored(held, message, now);
        }
      }
    }
    if (messages.size() < queues.limits().page()) {
      // There are no others. The count says so as well, unless somebody changed the file.
      held.total = held.size();
    }
  }

  private void addAsStored(Window held, Message message, long now) {
    if (message.visibleAt > now) {
      message.state = message.receives > 0 ? Message.State.LEASED : Message.State.DELAYED;
    }
    add(held, message);
  }

  void purged(long before) {
    update(
        held -> {
          held.all().forEach(message -> forget(held, message));
          held.total = 0;
          held.horizon = Math.max(held.horizon, before - 1);
        });
  }

  /** The queue is there no more. */
  void deleted() {
    deleted = true;
    purged(0);
    end();
  }

  /** Nobody waits any longer. */
  void end() {
    lock.lock();
    try {
      ended = true;
      waiters.forEach(waiter -> waiter.give(List.of()));
      waiters.clear();
    } finally {
      lock.unlock();
    }
  }

  /** Writes leases that changed; what else is due by the timer. */
  @Override
  long run(long now) {
    update(
        held -> {
          nextWake = Timers.NEVER;
          held.expire(now);
          if (leasesDue <= now) {
            var _ = storeLeases();
          }
        });
    return Timers.NEVER;
  }

  /** Has leases written that changed. Under the lock. */
  private CompletableFuture<Void> storeLeases() {
    List<Message> changed = changedLeases;
    changedLeases = new ArrayList<>();
    leasesDue = Timers.NEVER;
    List<Message> kept = new ArrayList<>();
    for (Message message : changed) {
      message.leaseChanged = false;
      if (message.state != Message.State.GONE && message.state != Message.State.LEAVING) {
        message.leaseStored = true;
        kept.add(message);
      }
    }
    return kept.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : queues.add(List.of(new StoreLeases(this, kept)), 0);
  }

  /** Has all leases written that changed. */
  CompletableFuture<Void> flush() {
    lock.lock();
    try {
      return storeLeases();
    } finally {
      lock.unlock();
    }
  }

  /** Does something to what is in memory, if anything is. */
  private void update(Consumer<Window> step) {
    lock.lock();
    try {
      if (window != null) {
        step.accept(window);
      }
    } finally {
      unlock();
    }
  }

  /**
   * Ends what was done under the lock: what is ready goes to who waits, and listeners are told of
   * the rest.
   */
  private void unlock() {
    boolean news = false;
    try {
      Window held = window;
      if (held != null) {
        held.expire(queues.now());
        serve(held);
        news = held.news() && held.hasReady();
        wakeLater(held);
      }
    } finally {
      lock.unlock();
    }
    if (news) {
      listeners.forEach(Listener::tell);
    }
  }

  /** How many messages are in memory. */
  int inMemory() {
    lock.lock();
    try {
      return held().size();
    } finally {
      lock.unlock();
    }
  }

  private void serve(Window held) {
    while (!waiters.isEmpty()) {
      Waiter first = waiters.getFirst();
      List<Lease> leases = held.hasReady() ? take(first.max, first.visibility) : List.of();
      if (leases.isEmpty()) {
        break;
      }
      waiters.removeFirst();
      first.give(leases);
    }
    if (!waiters.isEmpty() || !listeners.isEmpty()) {
      var _ = page(!held.hasReady());
    }
  }

  /** Sees to it that the timer comes when it has to. Under the lock. */
  private void wakeLater(Window held) {
    long due = Math.min(held.nextDeadline(), leasesDue);
    if (due < nextWake) {
      nextWake = due;
      queues.timers().at(due, this);
    }
  }

  /**
   * Has messages read from the disk, if some are there and few in memory. Under the lock.
   *
   * @param stuck whether none of those in memory can be leased: their groups may all be blocked
   * @return when they are in memory, or null if none are read
   */
  private @Nullable CompletableFuture<Void> page(boolean stuck) {
    Window held = held();
    boolean few = held.ready() < (stuck && rules.fifo() ? MAX_IN_FLIGHT : queues.limits().low());
    if (paging == null && few && held.more() && !ended) {
      paging = queues.add(List.of(new Page(this, held.horizon, queues.limits().page())), 0);
    }
    return paging;
  }

  private Window held() {
    Window held = window;
    if (held == null) {
      throw new IllegalStateException("the queue is not open");
    }
    return held;
  }

  private void open() {
    if (!open) {
      join(opening());
    }
  }

  private <T> CompletableFuture<T> whenOpen(Supplier<CompletableFuture<T>> action) {
    return open ? action.get() : opening().thenCompose(_ -> action.get());
  }

  private CompletableFuture<Void> opening() {
    lock.lock();
    try {
      CompletableFuture<Void> known = opening;
      if (known == null) {
        known = queues.add(List.of(new Open(this, queues.limits().page())), 0);
        opening = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  static void join(CompletableFuture<Void> future) {
    try {
      future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof MayflyException reason) {
        throw reason;
      }
      throw e;
    }
  }
}
