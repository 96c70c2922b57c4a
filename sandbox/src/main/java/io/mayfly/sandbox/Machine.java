package io.mayfly.sandbox;

import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * What every instance shares: the threads that serve all of them.
 *
 * @param watcher not closed with the machine
 * @param nullDevice a descriptor of {@code /dev/null}
 */
record Machine(
    Launcher launcher,
    Pump pump,
    SocketWatcher watcher,
    ScheduledThreadPoolExecutor timer,
    int nullDevice)
    implements AutoCloseable {
  static Machine open(SocketWatcher watcher) {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("mayfly-deadlines").daemon().factory());
    // Nearly every init's deadline is called off; none should stay in the queue until it is due.
    timer.setRemoveOnCancelPolicy(true);
    return new Machine(
        new Launcher(), new Pump(), watcher, timer, Posix.open("/dev/null", Posix.O_RDWR));
  }

  @Override
  public void close() {
    timer.shutdownNow();
    launcher.close();
    pump.close();
    Posix.close(nullDevice);
  }
}
