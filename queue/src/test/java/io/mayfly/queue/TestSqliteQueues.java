package io.mayfly.queue;

import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class TestSqliteQueues extends TestQueueContract {
  @TempDir Path folder;

  @Override
  Queues open(InstantSource clock) {
    return SqliteQueues.open(folder.resolve("queue.db"), clock);
  }

  @Override
  void tick(Queues opened) {
    ((SqliteQueues) opened).tick();
  }
}
