package io.mayfly.lambda;

import io.mayfly.model.Account;
import io.mayfly.model.Alias;
import io.mayfly.model.FunctionArn;
import java.util.Map;
import java.util.Optional;

/** The API's {@code AliasConfiguration} shape. */
record AliasConfiguration(
    String aliasArn,
    String name,
    String functionVersion,
    String description,
    Optional<Routing> routingConfig,
    String revisionId) {
  /** The API's {@code AliasRoutingConfiguration} shape. */
  record Routing(Map<String, Double> additionalVersionWeights) {}

  static AliasConfiguration of(Alias alias, Account account) {
    return new AliasConfiguration(
        FunctionArn.of(account, alias.function()).qualified(alias.name()).toString(),
        alias.name(),
        alias.version(),
        alias.description(),
        alias.weights().isEmpty() ? Optional.empty() : Optional.of(new Routing(alias.weights())),
        alias.revisionId());
  }
}
