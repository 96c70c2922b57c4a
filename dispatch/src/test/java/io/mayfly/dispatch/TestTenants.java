package io.mayfly.dispatch;

import static io.mayfly.dispatch.DispatchHarness.NAME;
import static io.mayfly.dispatch.DispatchHarness.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.dispatch.FakeSandbox.FakeInstance;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.Invocation;
import io.mayfly.model.MayflyException;
import io.mayfly.model.Outcome;
import io.mayfly.model.TenantId;
import io.mayfly.sandbox.MemoryState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Functions that keep their tenants apart. */
class TestTenants {
  private final Map<FakeInstance, Set<String>> served = new ConcurrentHashMap<>();

  private Outcome serve(FakeInstance instance, Invocation invocation) {
    String tenant = invocation.tenant().map(TenantId::value).orElse("nobody");
    served.computeIfAbsent(instance, key -> ConcurrentHashMap.newKeySet()).add(tenant);
    return success(tenant);
  }

  private DispatchHarness house() {
    DispatchHarness house = DispatchHarness.of(this::serve);
    house.deployPerTenant();
    return house;
  }

  private static void pass(DispatchHarness house, int seconds) {
    for (int second = 0; second < seconds; second++) {
      house.advance(Duration.ofSeconds(1));
      house.dispatcher.tendIdle();
    }
  }

  private static String text(InvokeResult result) {
    return new String(result.payload(), StandardCharsets.UTF_8);
  }

  @Test
  void eachHasInstancesOfItsOwnAndComesBackToThem() {
    try (DispatchHarness house = house()) {
      for (int round = 0; round < 3; round++) {
        assertThat(text(house.invoke("blue"))).isEqualTo("blue");
        assertThat(text(house.invoke("green"))).isEqualTo("green");
      }
      assertThat(house.sandbox.started).hasSize(2);
      assertThat(served.values()).containsExactlyInAnyOrder(Set.of("blue"), Set.of("green"));
      assertThat(house.dispatcher.instances(NAME)).isEqualTo(2);
    }
  }

  @Test
  void manyAtOnceShareNothing() throws Exception {
    try (DispatchHarness house = house();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<InvokeResult>> calls =
          IntStream.range(0, 400)
              .mapToObj(call -> callers.submit(() -> house.invoke("tenant-" + call % 20)))
              .toList();
      for (int call = 0; call < calls.size(); call++) {
        assertThat(text(calls.get(call).get())).isEqualTo("tenant-" + call % 20);
      }
      assertThat(served.values()).allMatch(tenants -> tenants.size() == 1);
      assertThat(house.sandbox.breaches).hasValue(0);
    }
  }

  @Test
  void aCallMustSayWhoseItIsAndOnlyThen() {
    try (DispatchHarness house = house()) {
      assertThatThrownBy(house::invoke)
          .isInstanceOfSatisfying(
              MayflyException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
          .hasMessage(
              "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.");
      house.deploy(NAME);
      assertThatThrownBy(() -> house.invoke("blue"))
          .isInstanceOfSatisfying(
              MayflyException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
          .hasMessageContaining("not enabled with tenancy configuration");
      assertThat(house.dispatcher.running()).isZero();
      assertThat(house.sandbox.started).isEmpty();
    }
  }

  @Test
  void anUpdateRetiresTheInstancesOfAllOfThem() {
    try (DispatchHarness house = house()) {
      house.invoke("blue");
      house.invoke("green");
      house.deployPerTenant();
      house.dispatcher.retire(NAME).join();
      assertThat(house.sandbox.present()).isZero();
      house.invoke("blue");
      assertThat(house.sandbox.started).hasSize(3);
      house.functions.remove(NAME);
      house.dispatcher.retire(NAME).join();
      assertThat(house.sandbox.present()).isZero();
      assertThat(house.dispatcher.remembered()).isZero();
    }
  }

  @Test
  void idleOnesGoForWantOfMemory() {
    try (DispatchHarness house = house()) {
      house.invoke("blue");
      house.invoke("green");
      pass(house, 3);
      house.sandbox.memory.set(
          new MemoryState(DataSize.ofMegabytes(4000), DataSize.ofMegabytes(10), false));
      house.relieveMemory();
      assertThat(house.sandbox.present()).isZero();
      assertThat(house.dispatcher.evicted()).isEqualTo(2);
    }
  }

  @Test
  void reservedConcurrencyIsForAllOfThemTogether() {
    try (DispatchHarness house = house()) {
      house.reserved.put(NAME.function(), 0);
      assertThatThrownBy(() -> house.invoke("blue")).hasMessage("Rate Exceeded.");
    }
  }

  @Test
  void aFunctionHasSoManyInstancesForItsTenantsAndNoMore() {
    try (DispatchHarness house = house()) {
      house.reserved.put(NAME.function(), 2);
      for (int tenant = 0; tenant < 5; tenant++) {
        house.invoke("tenant-" + tenant);
      }
      for (int tenant = 5; tenant < 500; tenant++) {
        String name = "tenant-" + tenant;
        assertThatThrownBy(() -> house.invoke(name))
            .isInstanceOfSatisfying(
                MayflyException.class,
                refused -> assertThat(refused.code()).isEqualTo(ErrorCode.THROTTLED))
            .hasMessage("Rate exceeded");
      }
      assertThat(text(house.invoke("tenant-3"))).isEqualTo("tenant-3");
      assertThat(house.sandbox.started).hasSize(5);
      pass(house, 62);
      assertThat(house.sandbox.present()).isZero();
      assertThat(text(house.invoke("tenant-7"))).isEqualTo("tenant-7");
    }
  }

  @Test
  void whoHasNoInstanceIsForgottenAtOnce() {
    try (DispatchHarness house =
        DispatchHarness.of((instance, invocation) -> new Outcome.Exited(1, false))) {
      house.deployPerTenant();
      for (int tenant = 0; tenant < 2000; tenant++) {
        house.invoke("tenant-" + tenant);
        if (tenant % 100 == 0) {
          house.dispatcher.tendIdle();
        }
      }
      house.dispatcher.tendIdle();
      assertThat(house.dispatcher.remembered()).isZero();
      assertThat(house.dispatcher.instances()).isZero();
    }
  }
}
