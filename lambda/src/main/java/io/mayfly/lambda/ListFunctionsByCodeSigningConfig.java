package io.mayfly.lambda;

import io.mayfly.aws.Caller;
import io.mayfly.aws.Operation;
import io.mayfly.functions.CodeSigningConfigs;
import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import java.util.List;
import java.util.Optional;

/** {@code ListFunctionsByCodeSigningConfig}, by name. */
final class ListFunctionsByCodeSigningConfig
    implements Operation<
        ListFunctionsByCodeSigningConfig.Input, ListFunctionsByCodeSigningConfig.Output> {
  record Input(String codeSigningConfigArn, Optional<String> marker, Optional<Integer> maxItems) {}

  record Output(List<String> functionArns, Optional<String> nextMarker) {}

  private final Account account;
  private final CodeSigningConfigs signing;

  ListFunctionsByCodeSigningConfig(Account account, CodeSigningConfigs signing) {
    this.account = account;
    this.signing = signing;
  }

  @Override
  public Output handle(Input input, Caller caller) {
    Page<FunctionName> page =
        Page.of(
            signing.users(input.codeSigningConfigArn()),
            FunctionName::value,
            input.marker(),
            input.maxItems(),
            ListCodeSigningConfigs.MOST);
    return new Output(
        page.items().stream().map(name -> FunctionArn.of(account, name).toString()).toList(),
        page.next());
  }
}
