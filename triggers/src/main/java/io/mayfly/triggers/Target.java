package io.mayfly.triggers;

import io.mayfly.queue.Forward;
import java.util.List;

/** One kind of place that can be told what became of an event. */
@FunctionalInterface
public interface Target {
  /**
   * What is to be written for it, which happens in one transaction with what it is told of.
   *
   * @param arn of the place
   * @throws UndeliverableException if there is no such place, or it takes no such notice
   */
  List<Forward> forward(String arn, Notice notice);
}
