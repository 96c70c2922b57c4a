package io.mayfly.queue;

import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

/** Queues most of whose messages are on the disk only. */
class TestSmallWindow extends TestQueueContract {
  @TempDir Path folder;

  @Override
  Queues open(InstantSource clock) {
    return SqliteQueues.open(
        folder.resolve("queue.db"), clock, new SqliteQueues.Limits(4, 3, 1, 2_000, 1L << 30));
  }

  @Override
  void tick(Queues opened) {
    ((SqliteQueues) opened).tick();
  }
}
