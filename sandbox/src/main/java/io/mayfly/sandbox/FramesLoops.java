package io.mayfly.sandbox;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** As many loops as are needed to keep up with the processors; connections go to them in turn. */
final class FramesLoops implements AutoCloseable {
  private final List<FramesLoop> loops;
  private final AtomicInteger turn = new AtomicInteger();

  FramesLoops() {
    // The other half is for the handlers and for reading requests.
    int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
    loops = IntStream.range(0, count).mapToObj(FramesLoop::new).toList();
  }

  FramesLoop next() {
    return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
  }

  @Override
  public void close() {
    loops.forEach(FramesLoop::close);
  }
}
