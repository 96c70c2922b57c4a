package io.mayfly.functions;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import io.mayfly.store.FunctionStore;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The HTTP addresses of functions and their aliases. Reads are lock-free; changes are on the disk
 * before they show.
 */
public final class FunctionUrls implements Belongings {
  private static final int ID_LENGTH = 32;
  private static final int BASE = 36;

  private final FunctionCatalog catalog;
  private final Aliases aliases;
  private final FunctionStore store;
  private final InstantSource clock;
  private final SecureRandom random;
  private final PerFunction<FunctionUrl> byFunction = new PerFunction<>();
  private final Map<String, FunctionUrl> byId = new ConcurrentHashMap<>();

  public FunctionUrls(
      FunctionCatalog catalog,
      Aliases aliases,
      FunctionStore store,
      InstantSource clock,
      SecureRandom random) {
    this.catalog = catalog;
    this.aliases = aliases;
    this.store = store;
    this.clock = clock;
    this.random = random;
    store.urls().forEach(this::show);
  }

  /** The URL with this id, the first label of its host name. */
  public Optional<FunctionUrl> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /**
   * The URL of a function or one of its aliases.
   *
   * @throws MayflyException if there is none, or no such function
   */
  public FunctionUrl require(FunctionName function, Optional<String> alias) {
    return byFunction
        .find(function, key(alias))
        .orElseThrow(
            () ->
                new MayflyException(
                    ErrorCode.NOT_FOUND,
                    "The resource you requested does not exist: " + arn(function, alias)));
  }

  /**
   * The URLs of a function and its aliases, its own first.
   *
   * @throws MayflyException if there is no such function
   */
  public List<FunctionUrl> list(FunctionName function) {
    catalog.require(function);
    return byFunction.list(function);
  }

  /**
   * Gives a function or one of its aliases a URL.
   *
   * @throws MayflyException if it has one, is not there, or keeps its tenants apart: a URL does not
   *     say whose calls it takes
   */
  public synchronized FunctionUrl create(
      FunctionName function,
      Optional<String> alias,
      FunctionUrl.AuthType authType,
      Optional<FunctionUrl.Cors> cors,
      FunctionUrl.InvokeMode mode) {
    if (catalog.require(function).perTenant()) {
      throw new MayflyException(
          ErrorCode.INVALID_PARAMETER,
          "Function URLs are not supported for functions with tenancy configuration.");
    }
    alias.ifPresent(name -> aliases.require(function, name));
    if (byFunction.find(function, key(alias)).isPresent()) {
      throw new MayflyException(
          ErrorCode.CONFLICT,
          "FunctionUrlConfig exists for this Lambda function: " + arn(function, alias));
    }
    var now = clock.instant();
    FunctionUrl url = new FunctionUrl(function, alias, newId(), authType, cors, mode, now, now);
    store.put(url);
    show(url);
    return url;
  }

  /** Replaces what is given; what is empty stays. */
  public synchronized FunctionUrl update(
      FunctionName function,
      Optional<String> alias,
      Optional<FunctionUrl.AuthType> authType,
      Optional<FunctionUrl.Cors> cors,
      Optional<FunctionUrl.InvokeMode> mode) {
    FunctionUrl before = require(function, alias);
    FunctionUrl after =
        new FunctionUrl(
            function,
            alias,
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

  public synchronized void delete(FunctionName function, Optional<String> alias) {
    remove(require(function, alias));
  }

  @Override
  public synchronized void forget(FunctionName function) {
    byFunction.list(function).forEach(this::remove);
  }

  @Override
  public synchronized void forget(FunctionName function, String qualifier) {
    byFunction.find(function, qualifier).ifPresent(this::remove);
  }

  private void remove(FunctionUrl url) {
    store.removeUrl(url.function(), key(url.alias()));
    byFunction.remove(url.function(), key(url.alias()));
    byId.remove(url.id());
  }

  private void show(FunctionUrl url) {
    byFunction.put(url.function(), key(url.alias()), url);
    byId.put(url.id(), url);
  }

  private static String key(Optional<String> alias) {
    return alias.orElse(FunctionVersion.LATEST);
  }

  private FunctionArn arn(FunctionName function, Optional<String> alias) {
    return new FunctionArn(catalog.account(), function, alias);
  }

  private String newId() {
    // 2^165 is just below 36^32, so the digits fit.
    String digits = new BigInteger(165, random).toString(BASE);
    return "0".repeat(ID_LENGTH - digits.length()) + digits;
  }
}
