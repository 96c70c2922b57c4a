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
    if (!allows(principal, needed.action(), needed.resource())) {
      throw IdentityErrors.denied(principal, needed.action(), needed.resource());
    }
  }

  /**
   * Whether a role's policies allow it something; a role that is not there is allowed nothing.
   *
   * @param role the role's ARN
   */
  public boolean allowsRole(String role, String action, String resource) {
    return roles
        .find(AwsPolicies.name(role))
        .filter(found -> found.arn(account).equals(role))
        .filter(found -> allows(found, action, resource))
        .isPresent();
  }

  private boolean allows(String principal, String action, String resource) {
    if (principal.equals(owner)) {
      return true;
    }
    return role(principal).filter(role -> allows(role, action, resource)).isPresent();
  }

  private boolean allows(Role role, String action, String resource) {
    Decision decision = Decision.SILENT;
    for (String document : documents(role)) {
      switch (parsed(document).decide(action, resource)) {
        case DENIED -> {
          return false;
        }
        case ALLOWED -> decision = Decision.ALLOWED;
        case SILENT -> {}
      }
    }
    return decision == Decision.ALLOWED;
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

  private PolicyDocument parsed(String document) {
    if (parsed.size() > MOST_PARSED) {
      parsed.clear();
    }
    return parsed.computeIfAbsent(
        document, text -> PolicyDocument.parse(text, PolicyDocument.Use.IDENTITY));
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
    return trust.trusts(names) && allows(caller.principal(), "sts:AssumeRole", role.arn(account));
  }
}
