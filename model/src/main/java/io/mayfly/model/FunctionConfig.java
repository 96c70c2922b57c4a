package io.mayfly.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that is known of one version of a function: what its owner asked for, and the state
 * Mayfly gave it.
 *
 * @param id which version of which function
 * @param revisionId changes with every update
 * @param perTenant whether no two of its callers' tenants ever share an instance; set when the
 *     function is created and never changed
 */
public record FunctionConfig(
    FunctionVersion id,
    FunctionSettings settings,
    CodeReference code,
    Lifecycle lifecycle,
    String revisionId,
    Instant lastModified,
    boolean perTenant) {

  /**
   * Which code: the hex SHA-256 of the zip file, under which it is stored, and its size.
   *
   * @param unzippedBytes all its files together; 0 if it was stored when that was not counted
   */
  public record CodeReference(String sha256, long zippedBytes, long unzippedBytes) {
    /** The hash as the API writes it. */
    public String base64() {
      return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256));
    }
  }

  /**
   * The variable by which a function asks for several calls in one instance, as AWS's runtimes know
   * it from Lambda Managed Instances.
   */
  public static final String MAX_CONCURRENCY = "AWS_LAMBDA_MAX_CONCURRENCY";

  /** How many calls one of its instances takes at a time; 1 unless the owner asks for more. */
  public int callsPerInstance() {
    return Integer.parseInt(environment().getOrDefault(MAX_CONCURRENCY, "1"));
  }

  /** The variable by which a function asks for a wrapper script. */
  public static final String EXEC_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER";

  /**
   * The script that starts the runtime for it, by its path in the jail. Lambda has none for custom
   * runtimes, whatever the variable says.
   */
  public Optional<String> wrapper() {
    boolean custom =
        RuntimeFamily.of(runtime()).orElse(RuntimeFamily.PROVIDED) == RuntimeFamily.PROVIDED;
    return Optional.ofNullable(environment().get(EXEC_WRAPPER))
        .filter(script -> !custom && !script.isEmpty());
  }

  public FunctionName name() {
    return id.function();
  }

  public String runtime() {
    return settings.runtime();
  }

  public String handler() {
    return settings.handler();
  }

  public Duration timeout() {
    return settings.timeout();
  }

  public DataSize memory() {
    return settings.memory();
  }

  public DataSize ephemeralStorage() {
    return settings.ephemeralStorage();
  }

  public Map<String, String> environment() {
    return settings.environment();
  }

  /** Which lines its log has in JSON; empty if it is plain text. */
  public Optional<LoggingConfig.Levels> jsonLog() {
    return settings.logging().json();
  }

  /**
   * Checks that a call says whose it is if this function keeps its tenants apart, and only then.
   *
   * @throws MayflyException if not
   */
  public void checkTenant(Optional<TenantId> tenant) {
    if (perTenant == tenant.isPresent()) {
      return;
    }
    throw new MayflyException(
        ErrorCode.INVALID_PARAMETER,
        perTenant
            ? "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again."
            : "The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.");
  }

  public FunctionConfig withSettings(FunctionSettings next) {
    return new FunctionConfig(id, next, code, lifecycle, revisionId, lastModified, perTenant);
  }

  public FunctionConfig withCode(CodeReference next) {
    return new FunctionConfig(id, settings, next, lifecycle, revisionId, lastModified, perTenant);
  }

  public FunctionConfig withLifecycle(Lifecycle next) {
    return new FunctionConfig(id, settings, code, next, revisionId, lastModified, perTenant);
  }

  /** The same function after an update at {@code when}, under a new revision id. */
  public FunctionConfig revised(String nextRevisionId, Instant when) {
    return new FunctionConfig(id, settings, code, lifecycle, nextRevisionId, when, perTenant);
  }

  /** The same function as a version of its own, published at {@code when}. */
  public FunctionConfig published(FunctionVersion version, String nextRevisionId, Instant when) {
    return new FunctionConfig(version, settings, code, lifecycle, nextRevisionId, when, perTenant);
  }
}
