package io.mayfly.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * Everything that is known of one function: what its owner asked for, and the state Mayfly gave it.
 *
 * @param runtime the runtime identifier, for example {@code python3.12}
 * @param timeout 1 to 900 seconds
 * @param memory 128 to 10,240 MB
 * @param ephemeralStorage the size of {@code /tmp}, 512 to 10,240 MB
 * @param environment the owner's own variables
 * @param revisionId changes with every update
 */
public record FunctionConfig(
    FunctionName name,
    String description,
    String runtime,
    String handler,
    String role,
    Duration timeout,
    DataSize memory,
    DataSize ephemeralStorage,
    Map<String, String> environment,
    Map<String, String> tags,
    CodeReference code,
    Lifecycle lifecycle,
    String revisionId,
    Instant lastModified) {

  /** The only version there is until one is published. */
  public static final String LATEST = "$LATEST";

  /** Which code: the hex SHA-256 of the zip file, under which it is stored, and its size. */
  public record CodeReference(String sha256, long zippedBytes) {}

  public FunctionConfig {
    environment = Map.copyOf(environment);
    tags = Map.copyOf(tags);
  }

  /**
   * The variable by which a function asks for several calls in one instance, as AWS's runtimes know
   * it from Lambda Managed Instances.
   */
  public static final String MAX_CONCURRENCY = "AWS_LAMBDA_MAX_CONCURRENCY";

  /** How many calls one of its instances takes at a time; 1 unless the owner asks for more. */
  public int callsPerInstance() {
    return Integer.parseInt(environment.getOrDefault(MAX_CONCURRENCY, "1"));
  }

  public FunctionConfig withLifecycle(Lifecycle next) {
    return new FunctionConfig(
        name,
        description,
        runtime,
        handler,
        role,
        timeout,
        memory,
        ephemeralStorage,
        environment,
        tags,
        code,
        next,
        revisionId,
        lastModified);
  }

  public FunctionConfig withCode(CodeReference next) {
    return new FunctionConfig(
        name,
        description,
        runtime,
        handler,
        role,
        timeout,
        memory,
        ephemeralStorage,
        environment,
        tags,
        next,
        lifecycle,
        revisionId,
        lastModified);
  }

  /** The same function after an update at {@code when}, under a new revision id. */
  public FunctionConfig revised(String nextRevisionId, Instant when) {
    return new FunctionConfig(
        name,
        description,
        runtime,
        handler,
        role,
        timeout,
        memory,
        ephemeralStorage,
        environment,
        tags,
        code,
        lifecycle,
        nextRevisionId,
        when);
  }
}
