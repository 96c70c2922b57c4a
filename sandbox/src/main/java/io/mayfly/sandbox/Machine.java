package io.mayfly.sandbox;

import java.nio.file.Path;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * What every instance shares: the launcher, the pump, the timer, and what this machine can do.
 *
 * @param otherUsers whether processes can be given to other users than the platform's
 * @param loopDevices whether a file can be mounted
 * @param nullDevice a descriptor of {@code /dev/null}
 */
record Machine(
    Path bwrap,
    Path setpriv,
    boolean otherUsers,
    boolean loopDevices,
    Launcher launcher,
    Pump pump,
    ScheduledThreadPoolExecutor timer,
    int nullDevice)
    implements AutoCloseable {
  static Machine open(Path bwrap, Path setpriv, boolean otherUsers, boolean loopDevices) {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("mayfly-deadlines").daemon().factory());
    // Nearly every deadline is called off; none should stay in the queue until it would be due.
    timer.setRemoveOnCancelPolicy(true);
    return new Machine(
        bwrap,
        setpriv,
        otherUsers,
        loopDevices,
        new Launcher(),
        new Pump(),
        timer,
        Posix.open("/dev/null", Posix.O_RDWR));
  }

  @Override
  public void close() {
    timer.shutdownNow();
    launcher.close();
    pump.close();
    Posix.close(nullDevice);
  }
}
