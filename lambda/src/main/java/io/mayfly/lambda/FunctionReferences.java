package io.mayfly.lambda;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionReference;
import io.mayfly.model.MayflyException;
import java.util.Optional;

/** Finds out which function of the account a caller means by a name or ARN and a qualifier. */
final class FunctionReferences {
  private final Account account;

  FunctionReferences(Account account) {
    this.account = account;
  }

  /** The function's ARN as the caller addressed it: with a qualifier if there was one. */
  FunctionArn resolve(String text, Optional<String> qualifier) {
    FunctionReference reference =
        FunctionReference.parse(text)
            .orElseThrow(
                () ->
                    new MayflyException(
                        ErrorCode.INVALID_PARAMETER,
                        "'%s' is no function name or ARN".formatted(text)));
    if (reference.qualifier().isPresent()
        && qualifier.isPresent()
        && !reference.qualifier().equals(qualifier)) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "The derived qualifier from the function name does not match the specified qualifier.");
    }
    Optional<String> named = reference.qualifier().or(() -> qualifier);
    FunctionArn arn = new FunctionArn(account, reference.name(), named);
    boolean elsewhere =
        !reference.account().orElse(account.id()).equals(account.id())
            || !reference.region().orElse(account.region()).equals(account.region());
    if (elsewhere) {
      throw notFound(text);
    }
    return arn;
  }

  /** The function itself, where no qualifier makes sense. */
  FunctionName unqualified(String text) {
    FunctionArn arn = resolve(text, Optional.empty());
    if (arn.qualifier().isPresent()) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "This operation takes a function without a qualifier; leave out ':%s'"
              .formatted(arn.qualifier().get()));
    }
    return arn.name();
  }

  /**
   * The function whose tags an ARN means.
   *
   * @throws MayflyException if it means something else that cannot be there, or a version
   */
  FunctionName taggable(String arn) {
    if (!arn.contains(":function:")) {
      throw new MayflyException(
          ErrorCode.NOT_FOUND, "The resource you requested does not exist: " + arn);
    }
    FunctionArn found = resolve(arn, Optional.empty());
    if (found.qualifier().isPresent()) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "Tags on function aliases and versions are not supported. Please specify a function ARN.");
    }
    return found.name();
  }

  private static MayflyException notFound(String what) {
    return new MayflyException(ErrorCode.NOT_FOUND, "Function not found: " + what);
  }
}
