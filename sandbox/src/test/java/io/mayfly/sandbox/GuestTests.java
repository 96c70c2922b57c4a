package io.mayfly.sandbox;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs tests of this package, given as {@code Class} or {@code Class#method}, and prints a line for
 * each. Its status is 0 if every one was found and passed.
 */
final class GuestTests implements TestExecutionListener {
  private final AtomicInteger passed = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private long started;

  private GuestTests() {}

  public static void main(String[] names) {
    List<? extends DiscoverySelector> selectors =
        Arrays.stream(names).map(GuestTests::selector).toList();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
    GuestTests listener = new GuestTests();
    LauncherFactory.create().execute(request, listener);
    System.out.println(listener.passed + " passed, " + listener.failed + " failed");
    boolean good = listener.failed.get() == 0 && listener.passed.get() >= names.length;
    System.exit(good ? 0 : 1);
  }

  private static DiscoverySelector selector(String name) {
    String full = GuestTests.class.getPackageName() + "." + name;
    return name.contains("#")
        ? DiscoverySelectors.selectMethod(full)
        : DiscoverySelectors.selectClass(full);
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    started = System.nanoTime();
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    failed.incrementAndGet();
    System.out.println("SKIPPED " + test.getDisplayName() + ": " + reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    boolean good = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
    if (test.isTest() || !good) {
      (good ? passed : failed).incrementAndGet();
      long millis = (System.nanoTime() - started) / 1_000_000;
      System.out.printf("%-6s %6d ms  %s%n", good ? "ok" : "FAILED", millis, test.getDisplayName());
    }
    result.getThrowable().ifPresent(problem -> problem.printStackTrace(System.out));
  }
}
