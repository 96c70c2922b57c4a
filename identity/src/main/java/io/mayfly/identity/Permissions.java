package io.mayfly.identity;

import io.mayfly.aws.Access;
import io.mayfly.aws.Authorizer;
import io.mayfly.aws.Caller;
import io.mayfly.identity.PolicyDocument.Decision;
import io.mayfly.model.Account;
import io.mayfly.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What callers may do: the owner everything, a role's sessions what the role's policies allow and
 * none denies ("Policy evaluation logic" of IAM, identity-based policies within one account).
 */
public final class Permissions implements Authorizer {
  private static final int MOST_PARSED = 1000;

  private final Account account;
  private final String owner;
  private final Roles roles;
  private final Policies policies;
  private final Map<String, PolicyDocument> parsed = new ConcurrentHashMap<>();

  public Permissions(Account account, Roles roles, Policies policies) {
    this.account = account;
    this.owner = "arn:aws:iam::%s:root".formatted(account.id());
    this.roles = roles;
    this.policies = policies;
  }

  @Override
  public void authorize(Caller caller, Supplier<Access> access) {
    String principal = caller.principal();
    if (principal.equals(owner)) {
      return;
    }
    Access needed = access.get();
    Decision decision = decide(principal, needed.action(), needed.resource());
    if (decision != Decision.DENIED && needed.policy().isPresent()) {
      decision = either(decision, ofResource(principal, needed, needed.policy().get()));
    }
    if (decision != Decision.ALLOWED) {
      throw IdentityErrors.denied(principal, needed.action(), needed.resource());
    }
  }

  /**
   * Whether a role's policies allow it something; a role that is not there is allowed nothing.
   *
   * @param role the role's ARN
   */
  public boolean allowsRole(String role, String action, String resource) {
    return allowsRole(role, action, resource, Optional.empty());
  }

  /**
   * Whether a role's policies or that of the resource allow it something, and none denies it.
   *
   * @param role the role's ARN; a role that is not there is allowed nothing
   * @param policy of the resource
   */
  public boolean allowsRole(String role, String action, String resource, Optional<String> policy) {
    Optional<Role> found =
        roles.find(AwsPolicies.name(role)).filter(each -> each.arn(account).equals(role));
    if (found.isEmpty()) {
      return false;
    }
    Decision decision = decide(found.get(), action, resource);
    if (decision != Decision.DENIED && policy.isPresent()) {
      decision =
          either(
              decision,
              parsed(policy.get(), PolicyDocument.Use.RESOURCE)
                  .decide(action, resource, List.of(role), List.of(account.id(), owner)));
    }
    return decision == Decision.ALLOWED;
  }

  /**
   * Whether the policy of a resource allows a service something.
   *
   * @param policy of the resource
   * @param service its host name, such as {@code events.amazonaws.com}
   * @param source the ARN of what it does so for
   */
  public boolean allowsService(
      String service, String source, String action, String resource, String policy) {
    return parsed(policy, PolicyDocument.Use.RESOURCE)
            .decideService(action, resource, service, request(source))
        == Decision.ALLOWED;
  }

  /**
   * Whether a role trusts a service; one that is not there trusts nobody.
   *
   * @param role the role's ARN
   * @param service its host name, such as {@code scheduler.amazonaws.com}
   * @param source the ARN of what it would assume the role for
   */
  public boolean trustsService(String role, String service, String source) {
    return roles
        .find(AwsPolicies.name(role))
        .filter(each -> each.arn(account).equals(role))
        .map(each -> PolicyDocument.parse(each.trust(), PolicyDocument.Use.TRUST))
        .filter(
            trust ->
                trust.decideService("sts:AssumeRole", role, service, request(source))
                    == Decision.ALLOWED)
        .isPresent();
  }

  /** What is known of a request of a service's. */
  private Map<String, String> request(String source) {
    return Map.of(
        "aws:sourcearn",
        source,
        "aws:sourceaccount",
        account.id(),
        "aws:principalisawsservice",
        "true",
        "aws:securetransport",
        "true");
  }

  /**
   * Checks that a text is the policy of a resource, as {@link Access} brings it.
   *
   * @throws io.mayfly.aws.AwsException {@code MalformedPolicyDocument} if it is not
   */
  public void checkResourcePolicy(String document) {
    var _ = PolicyDocument.parse(document, PolicyDocument.Use.RESOURCE);
  }

  /** Within one account it is enough that one of the two allows, and none denies. */
  private static Decision either(Decision one, Decision other) {
    return other == Decision.SILENT ? one : other;
  }

  /** A policy that names the account as a whole leaves it to the policies of its roles. */
  private Decision ofResource(String principal, Access needed, String document) {
    List<String> names = new ArrayList<>(List.of(principal));
    role(principal).ifPresent(own -> names.add(own.arn(account)));
    return parsed(document, PolicyDocument.Use.RESOURCE)
        .decide(needed.action(), needed.resource(), names, List.of(account.id(), owner));
  }

  private Decision decide(String principal, String action, String resource) {
    if (principal.equals(owner)) {
      return Decision.ALLOWED;
    }
    return role(principal).map(role -> decide(role, action, resource)).orElse(Decision.SILENT);
  }

  private Decision decide(Role role, String action, String resource) {
    Decision decision = Decision.SILENT;
    for (String document : documents(role)) {
      switch (parsed(document, PolicyDocument.Use.IDENTITY).decide(action, resource)) {
        case DENIED -> {
          return Decision.DENIED;
        }
        case ALLOWED -> decision = Decision.ALLOWED;
        case SILENT -> {}
      }
    }
    return decision;
  }

  /** The role whose session a principal is, if it is there. */
  Optional<Role> role(String principal) {
    String prefix = "arn:aws:sts::%s:assumed-role/".formatted(account.id());
    if (!principal.startsWith(prefix)) {
      return Optional.empty();
    }
    String rest = principal.substring(prefix.length());
    int slash = rest.indexOf('/');
    return slash < 0 ? Optional.empty() : roles.find(rest.substring(0, slash));
  }

  private List<String> documents(Role role) {
    List<String> documents = new ArrayList<>(role.inline().values());
    role.attached().forEach(arn -> policies.document(arn).ifPresent(documents::add));
    return documents;
  }

  private PolicyDocument parsed(String document, PolicyDocument.Use use) {
    if (parsed.size() > MOST_PARSED) {
      parsed.clear();
    }
    return parsed.computeIfAbsent(document, text -> PolicyDocument.parse(text, use));
  }

  /**
   * Whether a caller may assume a role: the role must trust it, and if it trusts the account as a
   * whole, the caller's own policies must allow it as well.
   */
  boolean mayAssume(Caller caller, Role role) {
    PolicyDocument trust = PolicyDocument.parse(role.trust(), PolicyDocument.Use.TRUST);
    List<String> names = new ArrayList<>(List.of(caller.principal()));
    role(caller.principal()).ifPresent(own -> names.add(own.arn(account)));
    if (trust.trusts(names)) {
      return true;
    }
    names.addAll(List.of(account.id(), owner));
    return trust.trusts(names)
        && decide(caller.principal(), "sts:AssumeRole", role.arn(account)) == Decision.ALLOWED;
  }
}
