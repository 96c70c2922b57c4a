package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.model.Account;
import io.mayfly.model.CodeSigningConfig;
import java.util.List;
import java.util.Optional;

/** {@code ListCodeSigningConfigs}, by id. */
final class ListCodeSigningConfigs
    implements Operation<ListCodeSigningConfigs.Input, ListCodeSigningConfigs.Output> {
  /** What a page holds at most, other than those of most lists. */
  static final int MOST = 10_000;

  record Input(Optional<String> marker, Optional<Integer> maxItems) {}

  record Output(List<CodeSigning.Description> codeSigningConfigs, Optional<String> nextMarker) {}

  private final Account account;
  private final CodeSigningConfigs signing;

  ListCodeSigningConfigs(Account account, CodeSigningConfigs signing) {
    this.account = account;
    this.signing = signing;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Page<CodeSigningConfig> page =
        Page.of(signing.list(), CodeSigningConfig::id, input.marker(), input.maxItems(), MOST);
    return new Output(
        page.items().stream().map(config -> CodeSigning.Description.of(config, account)).toList(),
        page.next());
  }
}
