package io.mayfly.server;

import io.mayfly.model.Account;
import io.mayfly.model.MayflyException;
import io.mayfly.queue.Queues;
import io.mayfly.queue.SqliteQueues;
import io.mayfly.store.DataDirectory;
import io.mayfly.store.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accounts of a platform: the owner's own, whose folder is the data directory, and others, each
 * in {@code accounts/ID} from its first request on. Safe for use by many threads.
 */
final class Accounts implements AutoCloseable {
  private static final String FOLDER = "accounts";
  private static final Logger log = LoggerFactory.getLogger(Accounts.class);

  private final DataDirectory data;
  private final Machine machine;
  private final Closing closing = new Closing();
  private final AccountServices own;
  private final Map<String, AccountServices> open = new ConcurrentHashMap<>();

  /**
   * Opens every account that there is. One that cannot be read is left for its next request, which
   * is told why: it keeps nobody else from being served.
   *
   * @param database of the owner's own account
   * @param queues of the owner's own account
   */
  Accounts(DataDirectory data, Machine machine, Database database, Queues queues) {
    this.data = data;
    this.machine = machine;
    Account account = machine.options().account();
    this.own = closing.add(new AccountServices(machine, account, data::folder, database, queues));
    open.put(account.id(), own);
    for (String id : others()) {
      try {
        var _ = of(id);
      } catch (MayflyException e) {
        log.error("account {} cannot be served: {}", id, e.getMessage());
      }
    }
  }

  /** The account of the platform's owner. */
  AccountServices own() {
    return own;
  }

  /** An account by its id, which somebody has a key of; its folder is made on first use. */
  AccountServices of(String id) {
    AccountServices known = open.get(id);
    return known != null ? known : open.computeIfAbsent(id, this::open);
  }

  /** An account by its id, if it has ever been used. */
  Optional<AccountServices> known(String id) {
    return Optional.ofNullable(open.get(id));
  }

  Collection<AccountServices> all() {
    return open.values();
  }

  /** The account that has a function URL with this id. */
  Optional<AccountServices> withUrl(String id) {
    for (AccountServices account : open.values()) {
      if (account.urls().byId(id).isPresent()) {
        return Optional.of(account);
      }
    }
    return Optional.empty();
  }

  /**
   * Stops idle instances if memory is short, first those of the account that has the most.
   *
   * @return whether that was enough
   */
  boolean relieveMemory() {
    long missing = machine.memory().missing();
    if (missing <= 0) {
      return true;
    }
    // Counted once, because instances come and go while they are sorted.
    record Sized(AccountServices account, int instances) {}
    List<Sized> sized =
        open.values().stream()
            .map(each -> new Sized(each, each.instances()))
            .sorted(Comparator.comparingInt(Sized::instances).reversed())
            .toList();
    for (Sized each : sized) {
      missing = each.account().evict(missing);
      if (missing == 0) {
        return true;
      }
    }
    return false;
  }

  private AccountServices open(String id) {
    Account account = new Account(id, own.account().region());
    String folder = FOLDER + "/" + id;
    Closing opened = new Closing();
    try {
      Database database = opened.add(Database.open(data.folder(folder).resolve("mayfly.db")));
      Queues queues =
          opened.add(SqliteQueues.open(data.folder(folder).resolve("queue.db"), machine.clock()));
      AccountServices services =
          opened.add(
              new AccountServices(
                  machine, account, name -> data.folder(folder + "/" + name), database, queues));
      closing.add(opened);
      return services;
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  @Override
  public void close() {
    closing.close();
  }

  private List<String> others() {
    Path folder = data.root().resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.matches("[0-9]{12}") && !name.equals(own.account().id()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
