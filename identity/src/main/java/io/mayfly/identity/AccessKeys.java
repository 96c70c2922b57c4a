package io.mayfly.identity;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Credentials.AccessKey;
import io.mayfly.model.Account;
import io.mayfly.model.KeyPair;
import io.mayfly.store.KeyPairStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The lasting key pairs of a platform: its owner's, and others, each of which is the owner's of one
 * account. Of the others only ids are kept: their secrets are derived from the platform's key, so
 * that a stolen database holds none. Reads are lock-free. Safe for use by many threads.
 */
public final class AccessKeys {
  /** More would be a mistake; each is held in memory. */
  private static final int MOST = 1000;

  /** So that no account takes the others' share. */
  private static final int MOST_OF_ACCOUNT = 100;

  private static final int LONGEST_DESCRIPTION = 256;

  private final AccessKey owner;
  private final String ownAccount;
  private final KeyPairStore store;
  private final byte[] secrets;
  private final SecureRandom random;
  private final InstantSource clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(KeyPair pair, AccessKey key) {}

  /**
   * A key pair that was just made.
   *
   * @param secretAccessKey told this once
   */
  public record Created(KeyPair pair, String secretAccessKey) {
    @Override
    public String toString() {
      return "Created[" + pair + "]";
    }
  }

  /**
   * Reads what there is.
   *
   * @param ownAccount the account of the platform's owner
   * @param ownerId the owner's own pair, which is kept elsewhere
   * @param key the platform's key
   */
  public AccessKeys(
      Account ownAccount,
      String ownerId,
      String ownerSecret,
      KeyPairStore store,
      byte[] key,
      SecureRandom random,
      InstantSource clock) {
    this.ownAccount = ownAccount.id();
    this.owner = new AccessKey(ownerId, ownerSecret, Optional.empty(), root(ownAccount.id()));
    this.store = store;
    this.secrets = DerivedKeys.purpose(key, "key pairs");
    this.random = random;
    this.clock = clock;
    store.all().forEach(this::show);
  }

  /** The ARN that an account's owner has. */
  static String root(String account) {
    return "arn:aws:iam::" + account + ":root";
  }

  /** The owner's own. */
  public AccessKey owner() {
    return owner;
  }

  /** The key with an id; empty if there is none, or it is not active. */
  public Optional<AccessKey> find(String accessKeyId) {
    if (accessKeyId.equals(owner.accessKeyId())) {
      return Optional.of(owner);
    }
    return Optional.ofNullable(known.get(accessKeyId))
        .filter(each -> each.pair().active())
        .map(Known::key);
  }

  /** All but the owner's, the oldest first. */
  public List<KeyPair> list() {
    return known.values().stream()
        .map(Known::pair)
        .sorted(Comparator.comparing(KeyPair::created).thenComparing(KeyPair::accessKeyId))
        .toList();
  }

  /** Those of one account, the oldest first, without the owner's. */
  List<KeyPair> list(String account) {
    return list().stream().filter(pair -> pair.account().equals(account)).toList();
  }

  /** Whether an account is the one of the platform's owner. */
  boolean isOwn(String account) {
    return account.equals(ownAccount);
  }

  /**
   * Makes a pair.
   *
   * @param account twelve digits; an account begins with its first key
   * @throws AwsException if the account is none, the description too long, or there are too many
   */
  public synchronized Created create(String account, String description) {
    if (!account.matches("[0-9]{12}")) {
      throw IdentityErrors.invalid("An account is twelve digits, such as 222222222222.");
    }
    if (description.length() > LONGEST_DESCRIPTION
        || description.chars().anyMatch(Character::isISOControl)) {
      throw IdentityErrors.invalid(
          "A description has at most " + LONGEST_DESCRIPTION + " characters and one line.");
    }
    if (known.size() >= MOST) {
      throw IdentityErrors.limit("Cannot exceed quota for AccessKeys: " + MOST);
    }
    if (list(account).size() >= MOST_OF_ACCOUNT) {
      throw IdentityErrors.limit(
          "Cannot exceed quota for AccessKeysPerAccount: " + MOST_OF_ACCOUNT);
    }
    String id = Names.id("AKIA", 16, random);
    KeyPair pair = new KeyPair(id, account, description, true, clock.instant());
    store.put(pair);
    show(pair);
    return new Created(pair, DerivedKeys.secret(secrets, id));
  }

  /**
   * Has a pair accepted, or not.
   *
   * @throws AwsException if there is none, or it is the owner's
   */
  public synchronized void setActive(String accessKeyId, boolean active) {
    KeyPair next = require(accessKeyId).withActive(active);
    store.put(next);
    show(next);
  }

  /**
   * Removes a pair for good; what its account has stays.
   *
   * @throws AwsException if there is none, or it is the owner's
   */
  public synchronized void delete(String accessKeyId) {
    require(accessKeyId);
    store.remove(accessKeyId);
    known.remove(accessKeyId);
  }

  /**
   * A pair that can be changed.
   *
   * @throws AwsException if there is none, or it is the owner's
   */
  KeyPair require(String accessKeyId) {
    if (accessKeyId.equals(owner.accessKeyId())) {
      throw IdentityErrors.invalid(
          "The owner's own key is not kept here: stop the platform, change the file 'credentials'"
              + " in its data directory, or remove it to get a new pair, and start it again.");
    }
    Known found = known.get(accessKeyId);
    if (found == null) {
      throw IdentityErrors.missing("The Access Key with id " + accessKeyId + " cannot be found.");
    }
    return found.pair();
  }

  private void show(KeyPair pair) {
    String id = pair.accessKeyId();
    known.put(
        id,
        new Known(
            pair,
            new AccessKey(
                id, DerivedKeys.secret(secrets, id), Optional.empty(), root(pair.account()))));
  }
}
