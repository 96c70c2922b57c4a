package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionPolicy;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Glob;
import io.mayfly.model.MayflyException;
import io.mayfly.model.PolicyCondition;
import io.mayfly.model.ResourcePolicy;
import io.mayfly.model.ResourcePolicy.Condition;
import io.mayfly.model.ResourcePolicy.Statement;
import io.mayfly.store.FunctionStore;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The resource policies of functions, their versions and aliases. Reads are lock-free; changes are
 * on the disk before they show.
 *
 * <p>What they decide here: who may call the URL of a function whose auth type is {@code NONE}, and
 * which services may call a function for a rule or a topic (docs/design/011-resource-policies.md).
 * The owner may do everything anyway.
 */
public final class FunctionPolicies implements Belongings {
  private static final Condition NOT_SIGNED =
      new Condition("StringEquals", Permission.AUTH_TYPE, "NONE");
  private static final Condition BY_URL = new Condition("Bool", Permission.INVOKED_VIA_URL, "true");
  private static final Set<String> CALL_URL = Set.of("lambda:invokefunctionurl", "lambda:*", "*");

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final FunctionStore store;
  private final PerFunction<FunctionPolicy> policies = new PerFunction<>();

  /** The policies that let somebody call a URL, but not everybody. */
  private final PerFunction<FunctionPolicy> closed = new PerFunction<>();

  public FunctionPolicies(FunctionCatalog catalog, Aliases aliases, FunctionStore store) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.store = store;
    store.policies().forEach(this::show);
  }

  /** Whether a request that nobody has signed may call the URL of a function or an alias. */
  public boolean everybodyMayCallUrl(FunctionName function, Optional<String> alias) {
    return closed.find(function, key(alias)).isEmpty();
  }

  /**
   * Whether a service may do something with a function.
   *
   * @param qualifier a version or an alias, whose own policy is asked; without, the function itself
   * @param service its host name, such as {@code events.amazonaws.com}
   * @param request what else is known of what it asks for, by IAM's keys in small letters
   */
  public boolean allowsService(
      FunctionName function,
      Optional<String> qualifier,
      String service,
      String action,
      Map<String, String> request) {
    return find(function, qualifier).stream()
        .flatMap(policy -> policy.statements().stream())
        .filter(
            statement ->
                Glob.matches(
                    statement.action().toLowerCase(Locale.ROOT), action.toLowerCase(Locale.ROOT)))
        .filter(
            statement ->
                statement.principal().equals(ResourcePolicy.EVERYBODY)
                    || statement.principal().equals(service))
        .anyMatch(
            statement ->
                statement.conditions().stream()
                    .allMatch(each -> whole(each).holds(request).orElse(false)));
  }

  private static PolicyCondition whole(Condition condition) {
    return new PolicyCondition(condition.operator(), condition.key(), List.of(condition.value()));
  }

  /**
   * A policy.
   *
   * @param qualifier a version or an alias; without, the function itself
   * @throws MayflyException if there is none, or no such function
   */
  public ResourcePolicy require(FunctionName function, Optional<String> qualifier) {
    revisionOf(function, qualifier);
    return find(function, qualifier)
        .orElseThrow(
            () ->
                new MayflyException(
                    ErrorCode.NOT_FOUND, "The resource you requested does not exist."));
  }

  /**
   * Adds a statement.
   *
   * @param qualifier a version or an alias; without, the function itself
   * @param revision of the policy; without one, of the function, version or alias
   * @throws MayflyException if there is no such function, the statement's id is taken, the policy
   *     would be too long or is not the one that the caller expects
   */
  public synchronized Statement add(
      FunctionName function,
      Optional<String> qualifier,
      Permission permission,
      Optional<String> revision) {
    if (qualifier.equals(Optional.of(FunctionVersion.LATEST))) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER, "We currently do not support adding policies for $LATEST.");
    }
    String ownRevision = revisionOf(function, qualifier);
    Optional<ResourcePolicy> before = find(function, qualifier);
    Revisions.check(revision, before.map(ResourcePolicy::revisionId).orElse(ownRevision));
    Statement statement =
        permission.statement(new FunctionArn(catalog.account(), function, qualifier).toString());
    ResourcePolicy after = PolicyRules.add(before, statement);
    save(new FunctionPolicy(function, key(qualifier), after));
    return statement;
  }

  /**
   * Removes a statement.
   *
   * @throws MayflyException if there is no such function or statement, or the policy is not the one
   *     that the caller expects
   */
  public synchronized void remove(
      FunctionName function, Optional<String> qualifier, String id, Optional<String> revision) {
    revisionOf(function, qualifier);
    Optional<ResourcePolicy> after = PolicyRules.remove(find(function, qualifier), id, revision);
    if (after.isPresent()) {
      save(new FunctionPolicy(function, key(qualifier), after.get()));
    } else {
      forget(function, key(qualifier));
    }
  }

  @Override
  public synchronized void forget(FunctionName function, String qualifier) {
    if (policies.find(function, qualifier).isPresent()) {
      store.removePolicy(function, qualifier);
      policies.remove(function, qualifier);
      closed.remove(function, qualifier);
    }
  }

  @Override
  public synchronized void forget(FunctionName function) {
    policies.names(function).forEach(qualifier -> forget(function, qualifier));
  }

  private Optional<ResourcePolicy> find(FunctionName function, Optional<String> qualifier) {
    return policies.find(function, key(qualifier)).map(FunctionPolicy::policy);
  }

  private static String key(Optional<String> qualifier) {
    return qualifier.orElse(FunctionVersion.LATEST);
  }

  /** Of what a policy belongs to, which must be there. */
  private String revisionOf(FunctionName function, Optional<String> qualifier) {
    String newest = catalog.require(function).revisionId();
    if (qualifier.isEmpty()) {
      return newest;
    }
    return FunctionVersion.isVersion(qualifier.get())
        ? catalog.require(new FunctionVersion(function, qualifier.get())).revisionId()
        : aliases.require(function, qualifier.get()).revisionId();
  }

  private void save(FunctionPolicy policy) {
    store.put(policy);
    show(policy);
  }

  private void show(FunctionPolicy policy) {
    policies.put(policy.function(), policy.qualifier(), policy);
    judge(policy);
  }

  private void judge(FunctionPolicy policy) {
    List<Statement> aboutUrl =
        policy.policy().statements().stream()
            .filter(statement -> CALL_URL.contains(statement.action().toLowerCase(Locale.ROOT)))
            .toList();
    if (aboutUrl.isEmpty() || aboutUrl.stream().anyMatch(FunctionPolicies::isForEverybody)) {
      closed.remove(policy.function(), policy.qualifier());
    } else {
      closed.put(policy.function(), policy.qualifier(), policy);
    }
  }

  private static boolean isForEverybody(Statement statement) {
    return statement.principal().equals(ResourcePolicy.EVERYBODY)
        && Set.of(NOT_SIGNED, BY_URL).containsAll(statement.conditions());
  }
}
