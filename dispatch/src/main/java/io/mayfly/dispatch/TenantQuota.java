package io.mayfly.dispatch;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.MayflyException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the instances that functions have for their tenants, because tenants share none and their
 * names cost a caller nothing: a function has 2,500 for every 1,000 calls it may run at a time,
 * busy and idle ("Troubleshooting tenant isolation" in the developer guide). Lock-free for its
 * users.
 */
final class TenantQuota {
  private final ConcurrencyLimits limits;
  private final Map<FunctionName, Integer> instances = new ConcurrentHashMap<>();

  TenantQuota(ConcurrencyLimits limits) {
    this.limits = limits;
  }

  /**
   * Counts an instance; {@link #leave} takes it back.
   *
   * @throws MayflyException if there are as many as there may be
   */
  void enter(FunctionName function) {
    long most = limits.reserved(function).orElseGet(limits::unreserved) * 5L / 2;
    instances.compute(
        function,
        (name, counted) -> {
          int before = counted == null ? 0 : counted;
          if (before >= most) {
            throw new MayflyException(ErrorCode.THROTTLED, "Rate exceeded");
          }
          return before + 1;
        });
  }

  void leave(FunctionName function) {
    instances.computeIfPresent(function, (name, count) -> count == 1 ? null : count - 1);
  }
}
