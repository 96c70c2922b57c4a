package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.MayflyException;
import io.mayfly.store.FunctionStore;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The HTTP addresses of functions. Reads are lock-free; changes are on the disk before they show.
 */
public final class FunctionUrls implements Belongings {
  private static final int ID_LENGTH = 32;
  private static final int BASE = 36;

  private final FunctionCatalog catalog;
  private final FunctionStore store;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Map<FunctionName, FunctionUrl> byFunction = new ConcurrentHashMap<>();
  private final Map<String, FunctionUrl> byId = new ConcurrentHashMap<>();

  public FunctionUrls(
      FunctionCatalog catalog, FunctionStore store, InstantSource clock, SecureRandom random) {
    this.catalog = catalog;
    this.store = store;
    this.clock = clock;
    this.random = random;
    store.urls().forEach(this::show);
  }

  /** The URL with this id, the first label of its host name. */
  public Optional<FunctionUrl> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  public Optional<FunctionUrl> find(FunctionName function) {
    return Optional.ofNullable(byFunction.get(function));
  }

  /**
   * A function's URL.
   *
   * @throws MayflyException if the function has no URL, or is not there
   */
  public FunctionUrl require(FunctionName function) {
    return find(function)
        .orElseThrow(
            () ->
                new MayflyException(
                    ErrorCode.NOT_FOUND,
                    "The resource you requested does not exist: "
                        + FunctionArn.of(catalog.account(), function)));
  }

  public synchronized FunctionUrl create(
      FunctionName function,
      FunctionUrl.AuthType authType,
      Optional<FunctionUrl.Cors> cors,
      FunctionUrl.InvokeMode mode) {
    catalog.require(function);
    if (byFunction.containsKey(function)) {
      throw new MayflyException(
          ErrorCode.CONFLICT,
          "FunctionUrlConfig exists for this Lambda function: "
              + FunctionArn.of(catalog.account(), function));
    }
    var now = clock.instant();
    FunctionUrl url = new FunctionUrl(function, newId(), authType, cors, mode, now, now);
    store.put(url);
    show(url);
    return url;
  }

  /** Replaces what is given; what is empty stays. */
  public synchronized FunctionUrl update(
      FunctionName function,
      Optional<FunctionUrl.AuthType> authType,
      Optional<FunctionUrl.Cors> cors,
      Optional<FunctionUrl.InvokeMode> mode) {
    FunctionUrl before = require(function);
    FunctionUrl after =
        new FunctionUrl(
            function,
            before.id(),
            authType.orElse(before.authType()),
            cors.isPresent() ? cors : before.cors(),
            mode.orElse(before.invokeMode()),
            before.created(),
            clock.instant());
    store.put(after);
    show(after);
    return after;
  }

  public synchronized void delete(FunctionName function) {
    FunctionUrl url = require(function);
    store.removeUrl(function);
    hide(url);
  }

  @Override
  public synchronized void forget(FunctionName function) {
    find(function)
        .ifPresent(
            url -> {
              store.removeUrl(function);
              hide(url);
            });
  }

  private void show(FunctionUrl url) {
    byFunction.put(url.function(), url);
    byId.put(url.id(), url);
  }

  private void hide(FunctionUrl url) {
    byFunction.remove(url.function());
    byId.remove(url.id());
  }

  private String newId() {
    // 2^165 is just below 36^32, so the digits fit.
    String digits = new BigInteger(165, random).toString(BASE);
    return "0".repeat(ID_LENGTH - digits.length()) + digits;
  }
}
