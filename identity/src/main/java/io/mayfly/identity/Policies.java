package io.mayfly.identity;

import io.mayfly.model.Policy;
import io.mayfly.store.IdentityStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;

/**
 * The account's managed policies. Reads are lock-free; changes are on the disk before they show.
 * What attaches and what deletes a policy excludes the other by this object's monitor.
 */
public final class Policies {
  private static final int MOST = 1500;
  private static final int MOST_VERSIONS = 5;
  private static final int CHARACTERS = 6144;

  private final Roles roles;
  private final IdentityStore store;
  private final InstantSource clock;
  private final RandomGenerator random;

  /** By ARN. */
  private final ConcurrentNavigableMap<String, Policy> policies = new ConcurrentSkipListMap<>();

  public Policies(Roles roles, IdentityStore store, InstantSource clock, RandomGenerator random) {
    this.roles = roles;
    this.store = store;
    this.clock = clock;
    this.random = random;
    store.policies().forEach(this::show);
  }

  private void show(Policy policy) {
    policies.put(arn(policy), policy);
  }

  String arn(Policy policy) {
    return policy.arn(roles.account());
  }

  List<Policy> list() {
    return List.copyOf(policies.values());
  }

  Policy require(String arn) {
    return Optional.ofNullable(policies.get(arn)).orElseThrow(() -> IdentityErrors.noPolicy(arn));
  }

  /** What a managed policy says, of the account or of AWS; empty where that is not known. */
  Optional<String> document(String arn) {
    return Optional.ofNullable(policies.get(arn))
        .map(Policy::document)
        .or(() -> AwsPolicies.document(arn));
  }

  synchronized Policy create(
      String name,
      String path,
      String document,
      Optional<String> description,
      Map<String, String> tags) {
    check(document);
    String key = name.toLowerCase(Locale.ROOT);
    if (policies.values().stream()
        .anyMatch(each -> each.name().toLowerCase(Locale.ROOT).equals(key))) {
      throw IdentityErrors.exists(
          "A policy called %s already exists. Duplicate names are not allowed.".formatted(name));
    }
    if (policies.size() >= MOST) {
      throw IdentityErrors.limit("Cannot exceed quota for PoliciesPerAccount: " + MOST);
    }
    Instant now = clock.instant();
    return save(
        new Policy(
            name,
            path,
            Names.id("ANPA", 17, random),
            description,
            now,
            now,
            1,
            1,
            Map.of(1, new Policy.Version(document, now)),
            Tags.checked(tags)));
  }

  private static void check(String document) {
    PolicyDocument.parse(document, PolicyDocument.Use.IDENTITY);
    if (Roles.size(document) > CHARACTERS) {
      throw IdentityErrors.limit("Cannot exceed quota for PolicySize: " + CHARACTERS);
    }
  }

  private Policy save(Policy policy) {
    store.put(policy);
    show(policy);
    return policy;
  }

  synchronized Policy addVersion(String arn, String document, boolean current) {
    Policy policy = require(arn);
    check(document);
    if (policy.versions().size() >= MOST_VERSIONS) {
      throw IdentityErrors.limit(
          "A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version."
              .formatted(MOST_VERSIONS));
    }
    int number = policy.last() + 1;
    Instant now = clock.instant();
    Map<Integer, Policy.Version> versions = new HashMap<>(policy.versions());
    versions.put(number, new Policy.Version(document, now));
    return save(policy.with(current ? number : policy.current(), number, versions, now));
  }

  synchronized void makeCurrent(String arn, String version) {
    Policy policy = require(arn);
    save(policy.with(number(policy, version), policy.last(), policy.versions(), clock.instant()));
  }

  synchronized void deleteVersion(String arn, String version) {
    Policy policy = require(arn);
    int number = number(policy, version);
    if (number == policy.current()) {
      throw IdentityErrors.conflict("Cannot delete the default version of a policy.");
    }
    Map<Integer, Policy.Version> versions = new HashMap<>(policy.versions());
    versions.remove(number);
    save(policy.with(policy.current(), policy.last(), versions, clock.instant()));
  }

  /** The number of a version that is there, from a text such as {@code v3}. */
  int number(Policy policy, String version) {
    return policy.versions().keySet().stream()
        .filter(number -> version.equals("v" + number))
        .findFirst()
        .orElseThrow(() -> IdentityErrors.noVersion(arn(policy), version));
  }

  synchronized void attach(String role, String arn) {
    if (!AwsPolicies.isOne(arn)) {
      require(arn);
    }
    roles.attach(role, arn);
  }

  synchronized void delete(String arn) {
    Policy policy = require(arn);
    if (!roles.holders(arn).isEmpty()) {
      throw IdentityErrors.conflict("Cannot delete a policy attached to entities.");
    }
    if (policy.versions().size() > 1) {
      throw IdentityErrors.conflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.");
    }
    store.removePolicy(policy.name());
    policies.remove(arn);
  }
}
