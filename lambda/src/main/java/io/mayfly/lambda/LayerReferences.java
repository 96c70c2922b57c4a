package io.mayfly.lambda;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.LayerVersionId;
import io.mayfly.model.MayflyException;

/** Finds out which layer of the account a caller means by a name or ARN and a number. */
final class LayerReferences {
  private final Account account;

  LayerReferences(Account account) {
    this.account = account;
  }

  /** The layer's name. */
  String layer(String text) {
    return text.indexOf(':') < 0
        ? text
        : LayerVersionId.layerOf(text, account).orElseThrow(LayerReferences::notFound);
  }

  LayerVersionId version(String layer, long number) {
    if (number < 1) {
      throw new MayflyException(ErrorCode.INVALID_PARAMETER, "Layer Version Cannot be less than 1");
    }
    return new LayerVersionId(layer(layer), number);
  }

  /** The version that an ARN means. */
  LayerVersionId version(String arn) {
    return LayerVersionId.parse(arn, account).orElseThrow(LayerReferences::notFound);
  }

  /** What is answered for a layer version that is not there. */
  static MayflyException notFound() {
    return new MayflyException(ErrorCode.NOT_FOUND, "The resource you requested does not exist.");
  }
}
