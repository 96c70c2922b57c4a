package io.mayfly.identity;

import io.mayfly.model.Account;
import io.mayfly.model.Role;
import io.mayfly.store.IdentityStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * The account's roles. Names are told apart whatever their case. Limits are AWS's defaults. Reads
 * are lock-free; changes are on the disk before they show.
 */
public final class Roles {
  private static final String NO_ROLE = "AROANOSUCHROLE2222222";
  private static final int MOST = 1000;
  private static final int MOST_ATTACHED = 10;
  private static final int TRUST_CHARACTERS = 2048;
  private static final int INLINE_CHARACTERS = 10_240;

  private final Account account;
  private final IdentityStore store;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ConcurrentNavigableMap<String, Role> roles = new ConcurrentSkipListMap<>();

  public Roles(Account account, IdentityStore store, InstantSource clock, RandomGenerator random) {
    this.account = account;
    this.store = store;
    this.clock = clock;
    this.random = random;
    store.roles().forEach(this::show);
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private void show(Role role) {
    roles.put(key(role.name()), role);
  }

  Account account() {
    return account;
  }

  /** All roles by name. */
  List<Role> list() {
    return List.copyOf(roles.values());
  }

  Optional<Role> find(String name) {
    return Optional.ofNullable(roles.get(key(name)));
  }

  Role require(String name) {
    return find(name).orElseThrow(() -> IdentityErrors.noRole(name));
  }

  /**
   * A session of the role that an ARN names. Functions may be given a role that is not there, or of
   * another account: such a session may do nothing, because its role's name is none.
   */
  public Sessions.Session session(String arn, String name, Sessions sessions, Duration lasts) {
    String last = AwsPolicies.name(arn);
    Optional<Role> role = find(last).filter(each -> each.arn(account).equals(arn));
    return sessions.ofRole(
        role.map(Role::name).orElse("unknown:" + last),
        role.map(Role::id).orElse(NO_ROLE),
        name,
        lasts);
  }

  synchronized Role create(
      String name,
      String path,
      String trust,
      Optional<String> description,
      int maxSessionSeconds,
      Map<String, String> tags) {
    checkTrust(trust);
    if (find(name).isPresent()) {
      throw IdentityErrors.exists("Role with name " + name + " already exists.");
    }
    if (roles.size() >= MOST) {
      throw IdentityErrors.limit("Cannot exceed quota for RolesPerAccount: " + MOST);
    }
    return save(
        new Role(
            name,
            path,
            Names.id("AROA", 17, random),
            trust,
            description,
            maxSessionSeconds,
            clock.instant(),
            Tags.checked(tags),
            Map.of(),
            List.of()));
  }

  private static void checkTrust(String trust) {
    PolicyDocument.parse(trust, PolicyDocument.Use.TRUST);
    if (size(trust) > TRUST_CHARACTERS) {
      throw IdentityErrors.limit("Cannot exceed quota for ACLSizePerRole: " + TRUST_CHARACTERS);
    }
  }

  /** What counts of a policy is all but white space. */
  static long size(String document) {
    return document.chars().filter(each -> !Character.isWhitespace(each)).count();
  }

  private Role save(Role role) {
    store.put(role);
    show(role);
    return role;
  }

  synchronized Role change(String name, UnaryOperator<Role> change) {
    return save(change.apply(require(name)));
  }

  synchronized void trust(String name, String trust) {
    Role role = require(name);
    checkTrust(trust);
    save(role.withTrust(trust));
  }

  synchronized void putInline(String name, String policy, String document) {
    Role role = require(name);
    PolicyDocument.parse(document, PolicyDocument.Use.IDENTITY);
    Map<String, String> next = new HashMap<>(role.inline());
    next.put(policy, document);
    if (next.values().stream().mapToLong(Roles::size).sum() > INLINE_CHARACTERS) {
      throw IdentityErrors.limit(
          "Maximum policy size of %d bytes exceeded for role %s"
              .formatted(INLINE_CHARACTERS, role.name()));
    }
    save(role.withInline(next));
  }

  synchronized void deleteInline(String name, String policy) {
    Role role = require(name);
    Map<String, String> next = new HashMap<>(role.inline());
    if (next.remove(policy) == null) {
      throw noInline(policy);
    }
    save(role.withInline(next));
  }

  String inline(String name, String policy) {
    return Optional.ofNullable(require(name).inline().get(policy))
        .orElseThrow(() -> noInline(policy));
  }

  private static RuntimeException noInline(String policy) {
    return IdentityErrors.missing("The role policy with name " + policy + " cannot be found.");
  }

  /** Attaches a policy that is there; harmless when it is attached already. */
  synchronized void attach(String name, String arn) {
    Role role = require(name);
    if (role.attached().contains(arn)) {
      return;
    }
    if (role.attached().size() >= MOST_ATTACHED) {
      throw IdentityErrors.limit("Cannot exceed quota for PoliciesPerRole: " + MOST_ATTACHED);
    }
    List<String> next = new ArrayList<>(role.attached());
    next.add(arn);
    save(role.withAttached(next));
  }

  synchronized void detach(String name, String arn) {
    Role role = require(name);
    List<String> next = new ArrayList<>(role.attached());
    if (!next.remove(arn)) {
      throw IdentityErrors.missing("Policy " + arn + " was not found.");
    }
    save(role.withAttached(next));
  }

  /** The roles that a managed policy is attached to. */
  List<Role> holders(String arn) {
    return roles.values().stream().filter(role -> role.attached().contains(arn)).toList();
  }

  synchronized void delete(String name) {
    Role role = require(name);
    if (!role.attached().isEmpty()) {
      throw IdentityErrors.conflict("Cannot delete entity, must detach all policies first.");
    }
    if (!role.inline().isEmpty()) {
      throw IdentityErrors.conflict("Cannot delete entity, must delete policies first.");
    }
    store.removeRole(role.name());
    roles.remove(key(name));
  }
}
