package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import io.mayfly.model.RuntimeManagementConfig;
import io.mayfly.model.RuntimeManagementConfig.Update;
import io.mayfly.store.FunctionStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * When versions of functions are to get another version of their runtime. Reads are lock-free;
 * changes are on the disk before they show.
 *
 * <p>The machine has one version of each runtime, and every instance starts with it. So nothing is
 * rolled out or back here, and a function can be pinned to no other version than that.
 */
public final class RuntimeManagement implements Belongings {
  private final FunctionCatalog catalog;
  private final FunctionStore store;
  private final UnaryOperator<String> installed;
  private final PerFunction<RuntimeManagementConfig> configs = new PerFunction<>();

  /**
   * @param installed the exact version that the machine has of a runtime
   */
  public RuntimeManagement(
      FunctionCatalog catalog, FunctionStore store, UnaryOperator<String> installed) {
    this.catalog = catalog;
    this.store = store;
    this.installed = installed;
    store.runtimeManagement().forEach(this::show);
  }

  /**
   * What has been said of a version.
   *
   * @throws MayflyException if there is no such version, or an alias is meant
   */
  public RuntimeManagementConfig get(FunctionName function, Optional<String> qualifier) {
    FunctionVersion version = require(function, qualifier).id();
    return configs
        .find(function, version.version())
        .orElseGet(() -> RuntimeManagementConfig.auto(function, version.version()));
  }

  /**
   * Says it anew.
   *
   * @throws MayflyException if there is no such version, an alias is meant, or the machine does not
   *     have the version of the runtime
   */
  public synchronized RuntimeManagementConfig put(
      FunctionName function,
      Optional<String> qualifier,
      Update update,
      Optional<String> runtimeVersionArn) {
    FunctionConfig version = require(function, qualifier);
    if (runtimeVersionArn.isPresent() != (update == Update.MANUAL)) {
      throw invalid(
          "RuntimeVersionArn must be specified if UpdateRuntimeOn is Manual, and cannot be otherwise.");
    }
    runtimeVersionArn.ifPresent(arn -> checkInstalled(version.runtime(), arn));
    RuntimeManagementConfig config =
        new RuntimeManagementConfig(function, version.id().version(), update, runtimeVersionArn);
    store.put(config);
    show(config);
    return config;
  }

  private FunctionConfig require(FunctionName function, Optional<String> qualifier) {
    String version = qualifier.orElse(FunctionVersion.LATEST);
    if (!FunctionVersion.isVersion(version)) {
      throw invalid(
          "Runtime management configurations belong to versions, and '%s' is none"
              .formatted(version));
    }
    return version.equals(FunctionVersion.LATEST)
        ? catalog.require(function)
        : catalog.require(new FunctionVersion(function, version));
  }

  private void checkInstalled(String runtime, String arn) {
    String own = arnOf(runtime);
    if (!arn.equals(own)) {
      throw invalid(
          "RuntimeVersionArn: the runtime version %s is not available; of %s this machine has %s"
              .formatted(arn, runtime, own));
    }
  }

  /** The version of a runtime that the machine has, in the form of Lambda's ARNs. */
  String arnOf(String runtime) {
    String version = runtime + " " + installed.apply(runtime);
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(version.getBytes(StandardCharsets.UTF_8));
      return "arn:aws:lambda:%s::runtime:%s"
          .formatted(catalog.account().region(), HexFormat.of().formatHex(hash));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  @Override
  public synchronized void forget(FunctionName function, String qualifier) {
    if (configs.find(function, qualifier).isPresent()) {
      store.removeRuntimeManagement(function, qualifier);
      configs.remove(function, qualifier);
    }
  }

  @Override
  public synchronized void forget(FunctionName function) {
    configs.names(function).forEach(qualifier -> forget(function, qualifier));
  }

  private void show(RuntimeManagementConfig config) {
    configs.put(config.function(), config.qualifier(), config);
  }

  private static MayflyException invalid(String why) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, why);
  }
}
