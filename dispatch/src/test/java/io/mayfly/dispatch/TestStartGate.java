package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Account;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TestStartGate {
  private static final FunctionArn GREEDY = function("000000000000", "greedy");

  /** Of another account under the same name. */
  private static final FunctionArn MODEST = function("222222222222", "greedy");

  private static FunctionArn function(String account, String name) {
    return FunctionArn.of(new Account(account, "us-east-1"), new FunctionName(name));
  }

  @Test
  void functionsTakeTurns() throws Exception {
    StartGate gate = new StartGate(1, never -> {});
    List<FunctionArn> order = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      StartGate.Place first = gate.enter(GREEDY);
      List<Future<?>> starts = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        starts.add(callers.submit(() -> start(gate, GREEDY, order)));
        awaitWaiting(gate, i + 1);
      }
      starts.add(callers.submit(() -> start(gate, MODEST, order)));
      awaitWaiting(gate, 6);
      first.close();
      for (Future<?> start : starts) {
        start.get();
      }
      assertThat(order).containsExactly(GREEDY, MODEST, GREEDY, GREEDY, GREEDY, GREEDY);
    }
  }

  @Test
  void aPlaceIsLeftOnceHoweverOftenItIsSaid() {
    List<Runnable> alarms = new ArrayList<>();
    StartGate gate = new StartGate(1, alarms::add);
    StartGate.Place first = gate.enter(GREEDY);
    first.close();
    first.close();
    alarms.getFirst().run();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
        StartGate.Place second = gate.enter(GREEDY)) {
      Future<?> third = callers.submit(() -> gate.enter(MODEST).close());
      awaitWaiting(gate, 1);
      assertThat(third).isNotDone();
      assertThat(second).isNotNull();
    }
  }

  @Test
  void aStartThatTakesTooLongLosesItsPlace() throws Exception {
    List<Runnable> alarms = Collections.synchronizedList(new ArrayList<>());
    StartGate gate = new StartGate(1, alarms::add);
    try (StartGate.Place slow = gate.enter(GREEDY);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> next = callers.submit(() -> gate.enter(MODEST).close());
      awaitWaiting(gate, 1);
      alarms.getFirst().run();
      next.get();
      assertThat(slow).isNotNull();
    }
  }

  private static void start(StartGate gate, FunctionArn function, List<FunctionArn> order) {
    try (StartGate.Place place = gate.enter(function)) {
      order.add(function);
      assertThat(place).isNotNull();
    }
  }

  private static void awaitWaiting(StartGate gate, int count) {
    while (gate.waiting() < count) {
      Thread.onSpinWait();
    }
  }
}
