package io.mayfly.meter;

import io.mayfly.model.RequestId;
import java.time.Instant;

/** What is remembered of a request. One that failed on its way back may have left two records. */
public sealed interface RequestRecord permits CallRecord, RefusalRecord, DroppedEvent {
  RequestId requestId();

  /** When it was over. */
  Instant at();
}
