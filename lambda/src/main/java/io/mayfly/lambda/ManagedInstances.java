package io.mayfly.lambda;

import io.mayfly.functions.FunctionCatalog;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;

/** Lambda Managed Instances: functions on capacity providers, of which there are none here. */
final class ManagedInstances {
  private ManagedInstances() {}

  /**
   * That a function is not on a capacity provider.
   *
   * @throws MayflyException if there is no such function or version at all
   */
  static MayflyException none(FunctionCatalog catalog, FunctionName function, String qualifier) {
    catalog.require(function);
    String arn = FunctionArn.of(catalog.account(), function).qualified(qualifier).toString();
    if (FunctionVersion.isVersion(qualifier)) {
      catalog.require(new FunctionVersion(function, qualifier));
    }
    return new MayflyException(
        ErrorCode.INVALID_PARAMETER,
        "Scaling configurations are for functions with a CapacityProviderConfig (Lambda Managed Instances), which %s does not have; see PutFunctionConcurrency and PutProvisionedConcurrencyConfig"
            .formatted(arn));
  }
}
