package io.mayfly.model;

import java.time.Duration;

/** AWS Lambda's quotas, as its developer guide ("Lambda quotas") gives them. */
public final class Limits {
  /** A synchronous request payload: 6 MB. */
  public static final int REQUEST_BYTES = 6 * 1024 * 1024;

  /** The payload of an asynchronous request: 1 MB. */
  public static final int EVENT_BYTES = 1024 * 1024;

  /**
   * A synchronous response payload, with the slack that Lambda itself allows and names in its
   * error.
   */
  public static final int RESPONSE_BYTES = 6_291_556;

  /** A response that is streamed: 200 MB ("Response streaming for Lambda functions"). */
  public static final long STREAMED_RESPONSE_BYTES = 200L * 1024 * 1024;

  /** The log tail that {@code LogType=Tail} returns. */
  public static final int LOG_TAIL_BYTES = 4 * 1024;

  /** A zip file given inline. */
  public static final DataSize ZIPPED_CODE = DataSize.ofMegabytes(50);

  /** A function's code when unpacked, with its layers. */
  public static final DataSize UNZIPPED_CODE = DataSize.ofMegabytes(250);

  /** Layers of one function. */
  public static final int LAYERS = 5;

  /** All functions' and layers' zip files together: 75 GB. */
  public static final DataSize CODE_STORAGE = DataSize.ofMegabytes(75 * 1024);

  /** All environment variables of a function together. */
  public static final int ENVIRONMENT_BYTES = 4 * 1024;

  /**
   * The most calls that one instance can be asked to take at a time: what a function of one CPU is
   * given at most on Lambda Managed Instances.
   */
  public static final int CALLS_PER_INSTANCE = 64;

  /** Processes and threads of one instance. */
  public static final int PROCESSES = 1024;

  /** File descriptors of one process. */
  public static final int FILE_DESCRIPTORS = 1024;

  /** How long an instance may take to get ready before its first event. */
  public static final Duration INIT = Duration.ofSeconds(10);

  /** Invocations that run at the same time in one account. */
  public static final int ACCOUNT_CONCURRENCY = 1000;

  /** The memory that buys one whole CPU. */
  public static final DataSize MEMORY_PER_CPU = DataSize.ofMegabytes(1769);

  private Limits() {}
}
