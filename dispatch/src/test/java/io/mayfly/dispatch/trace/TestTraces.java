package io.mayfly.dispatch.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.dispatch.InstanceDemand;
import io.mayfly.dispatch.KeepAlive;
import io.mayfly.dispatch.trace.AzureTraces.Placement;
import io.mayfly.dispatch.trace.Simulation.Result;
import io.mayfly.dispatch.trace.Trace.TracedFunction;
import io.mayfly.model.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestTraces {
  @TempDir Path folder;

  private static TracedFunction function(double[] starts, double[] ends) {
    return function(2, starts, ends);
  }

  private static TracedFunction function(long megabytes, double[] starts, double[] ends) {
    return new TracedFunction("f", DataSize.ofMegabytes(megabytes), starts, ends);
  }

  private static Result run(TracedFunction function, KeepAlive keepAlive, double from, double to) {
    InstanceDemand demand = new InstanceDemand(keepAlive, function.memory());
    return new Simulation(function, demand, from, to).run();
  }

  @Test
  void callsInstancesAndMemoryAreCounted() {
    TracedFunction function =
        function(new double[] {10, 12, 100, 500}, new double[] {20, 30, 105, 501});
    Result result = run(function, KeepAlive.fixed(Duration.ofSeconds(60)), 0, 1000);
    assertThat(result.calls()).isEqualTo(4);
    assertThat(result.cold()).as("two at once, and two after the window").isEqualTo(4);
    assertThat(result.prewarmed()).isZero();
    assertThat(result.busy()).isEqualTo(2 * (10 + 18 + 5 + 1));
    assertThat(result.idle()).as("each has its window").isEqualTo(2 * (4 * 60));
  }

  @Test
  void onlyWhatFollowsIsJudged() {
    TracedFunction function = function(new double[] {10, 50}, new double[] {11, 51});
    Result result = run(function, KeepAlive.fixed(Duration.ofSeconds(60)), 40, 60);
    assertThat(result).isEqualTo(new Result(1, 0, 0, 2 * 19, 2));
    assertThat(function.since(40).starts()).containsExactly(50);
  }

  @Test
  void aPeriodicFunctionIsLearnedAndServedWithLessMemory() {
    double[] starts = new double[40];
    double[] ends = new double[40];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = i * 900;
      ends[i] = starts[i] + 1;
    }
    double half = 20 * 900 - 10;
    double end = 40 * 900 - 10;
    TracedFunction function = function(512, starts, ends);
    Result fixed = run(function, KeepAlive.fixed(Duration.ofMinutes(10)), half, end);
    Result learned = run(function, KeepAlive.learning(Duration.ofMinutes(10)), half, end);
    assertThat(fixed.cold()).isEqualTo(20);
    assertThat(learned.cold()).isZero();
    assertThat(learned.prewarmed()).isEqualTo(20);
    assertThat(learned.idle()).isLessThan(fixed.idle());
  }

  @Test
  void theTraceThatCountsByTheMinuteIsRead() throws IOException {
    Files.writeString(
        folder.resolve("invocations.csv"), "o,a,f,t,480,481,482\no1,a1,f1,timer,0,2,1\n");
    Files.writeString(
        folder.resolve("durations.csv"),
        "o,a,f,avg,count,min,max,0,1,25,50,75,99,100\no1,a1,f1,9,9,9,9,500,500,500,500,500,500,500\n");
    Files.writeString(folder.resolve("memory.csv"), "f,o,a,n,avg\nf1,o1,a1,7,9.5\n");
    Trace even = AzureTraces.of2019(folder, Placement.EVEN, 1);
    assertThat(even.seconds()).isEqualTo(180);
    TracedFunction function = even.functions().getFirst();
    assertThat(function.starts()).containsExactly(60, 90, 120);
    assertThat(function.ends()).containsExactly(60.5, 90.5, 120.5);
    assertThat(function.memory()).isEqualTo(new DataSize(9_961_472));
    assertThat(AzureTraces.of2019(folder, Placement.START, 1).functions().getFirst().starts())
        .containsExactly(60, 60, 120);
    double[] random =
        AzureTraces.of2019(folder, Placement.RANDOM, 1).functions().getFirst().starts();
    assertThat(random).hasSize(3).isSorted();
    assertThat(random[0]).isBetween(60.0, 120.0);
    assertThat(random[2]).isBetween(120.0, 180.0);
    Files.writeString(folder.resolve("memory.csv"), "f,o,a,n,avg\n");
    assertThatThrownBy(() -> AzureTraces.of2019(folder, Placement.EVEN, 1))
        .isInstanceOf(IOException.class)
        .hasMessage("the trace is incomplete: nothing is told of function f1");
  }

  @Test
  void theTraceOfSingleCallsIsRead() throws IOException {
    Path file = folder.resolve("calls.csv");
    Files.writeString(
        file, "app,func,end_timestamp,duration\na,f,61.5,1.5\na,g,7.25,0.25\na,f,2,3\n");
    Trace trace = AzureTraces.of2021(file, DataSize.ofMegabytes(128));
    assertThat(trace.seconds()).isEqualTo(61.5);
    List<TracedFunction> functions = trace.functions();
    assertThat(functions).extracting(TracedFunction::name).containsExactly("f", "g");
    assertThat(functions.getFirst().starts()).containsExactly(0, 60);
    assertThat(functions.getFirst().ends()).containsExactly(2, 61.5);
  }
}
