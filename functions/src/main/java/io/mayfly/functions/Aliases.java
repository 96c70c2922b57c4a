package io.mayfly.functions;

import io.mayfly.model.Alias;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionArn;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.MayflyException;
import io.mayfly.store.FunctionStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * The names of functions' versions, and what a caller means by a qualifier. Reads are lock-free;
 * changes are on the disk before they show.
 */
public final class Aliases implements Belongings {
  /** Asked before an alias comes to be or changes, and told of every change. */
  interface Listener {
    /**
     * Looks at an alias that does not show yet.
     *
     * @throws MayflyException if that cannot be
     */
    void check(Alias next);

    void changed(FunctionName function);
  }

  private final FunctionCatalog catalog;
  private final FunctionStore store;
  private final DoubleSupplier chance;
  private final PerFunction<Alias> aliases = new PerFunction<>();

  private volatile Listener listener =
      new Listener() {
        @Override
        public void check(Alias next) {}

        @Override
        public void changed(FunctionName function) {}
      };

  /**
   * @param chance gives numbers from 0 to below 1, by which calls are split between two versions
   */
  public Aliases(FunctionCatalog catalog, FunctionStore store, DoubleSupplier chance) {
    this.catalog = catalog;
    this.store = store;
    this.chance = chance;
    store.aliases().forEach(this::show);
  }

  void listener(Listener next) {
    listener = next;
  }

  /**
   * The version that is to serve a call.
   *
   * @param qualifier a version or an alias; without, {@code $LATEST} is meant
   * @throws MayflyException if there is no such alias
   */
  public FunctionVersion serving(FunctionName function, Optional<String> qualifier) {
    if (qualifier.isEmpty()) {
      return FunctionVersion.latest(function);
    }
    if (FunctionVersion.isVersion(qualifier.get())) {
      return new FunctionVersion(function, qualifier.get());
    }
    Alias alias = find(function, qualifier.get()).orElseThrow(() -> none(function, qualifier));
    return alias.weights().isEmpty() ? alias.main() : alias.serving(chance.getAsDouble());
  }

  /**
   * The version that a qualifier stands for, an alias for its main one.
   *
   * @throws MayflyException if there is no such alias
   */
  public FunctionVersion meant(FunctionName function, Optional<String> qualifier) {
    Optional<Alias> alias = qualifier.flatMap(name -> find(function, name));
    return alias.isPresent() ? alias.get().main() : serving(function, qualifier);
  }

  private MayflyException none(FunctionName function, Optional<String> qualifier) {
    return new MayflyException(
        ErrorCode.NOT_FOUND,
        "Function not found: " + new FunctionArn(catalog.account(), function, qualifier));
  }

  public Optional<Alias> find(FunctionName function, String name) {
    return aliases.find(function, name);
  }

  /**
   * An alias of a function.
   *
   * @throws MayflyException if the function has no such alias, or is not there
   */
  public Alias require(FunctionName function, String name) {
    return find(function, name)
        .orElseThrow(
            () ->
                new MayflyException(
                    ErrorCode.NOT_FOUND, "Cannot find alias arn: " + arn(function, name)));
  }

  /**
   * A function's aliases by name.
   *
   * @throws MayflyException if there is no such function
   */
  public List<Alias> list(FunctionName function) {
    catalog.require(function);
    return aliases.list(function);
  }

  /**
   * Creates an alias.
   *
   * @throws MayflyException if there is one of that name, or its versions cannot be
   */
  public synchronized Alias create(
      FunctionName function,
      String name,
      String version,
      String description,
      Map<String, Double> weights) {
    catalog.require(function);
    if (find(function, name).isPresent()) {
      throw new MayflyException(ErrorCode.CONFLICT, "Alias already exists: " + arn(function, name));
    }
    return save(new Alias(function, name, version, description, weights, Revisions.next()));
  }

  /** Replaces what is given; what is empty stays. */
  public synchronized Alias update(
      FunctionName function,
      String name,
      Optional<String> version,
      Optional<String> description,
      Optional<Map<String, Double>> weights,
      Optional<String> revision) {
    Alias before = require(function, name);
    Revisions.check(revision, before.revisionId());
    return save(
        new Alias(
            function,
            name,
            version.orElse(before.version()),
            description.orElse(before.description()),
            weights.orElse(before.weights()),
            Revisions.next()));
  }

  /** Deletes an alias, if there is one. */
  public synchronized void delete(FunctionName function, String name) {
    catalog.require(function);
    if (find(function, name).isPresent()) {
      store.removeAlias(function, name);
      aliases.remove(function, name);
      listener.changed(function);
    }
  }

  /**
   * Deletes a version that no alias stands for.
   *
   * @throws MayflyException if one does, or there is no such version
   */
  public synchronized void deleteVersion(FunctionVersion version) {
    List<String> users =
        list(version.function()).stream()
            .filter(alias -> alias.uses(version.version()))
            .map(Alias::name)
            .toList();
    if (!users.isEmpty()) {
      throw new MayflyException(
          ErrorCode.CONFLICT,
          "Version %s of the function is in use by the aliases %s; point them to another version or delete them first"
              .formatted(version.version(), users));
    }
    catalog.delete(version);
  }

  @Override
  public synchronized void forget(FunctionName function) {
    List<Alias> own = aliases.list(function);
    for (Alias alias : own) {
      store.removeAlias(function, alias.name());
      aliases.remove(function, alias.name());
    }
    if (!own.isEmpty()) {
      listener.changed(function);
    }
  }

  private Alias save(Alias alias) {
    checkVersions(alias);
    listener.check(alias);
    store.put(alias);
    show(alias);
    listener.changed(alias.function());
    return alias;
  }

  private void checkVersions(Alias alias) {
    if (!FunctionVersion.isVersion(alias.version())) {
      throw none(alias.function(), Optional.of(alias.version()));
    }
    catalog.require(alias.main());
    if (alias.weights().isEmpty()) {
      return;
    }
    if (alias.main().latest() || alias.weights().containsKey(FunctionVersion.LATEST)) {
      throw invalid("$LATEST is not supported for an alias pointing to more than 1 version");
    }
    if (alias.weights().size() > 1) {
      throw invalid(
          "Number of items in AdditionalVersionWeights cannot be greater than 1: an alias points to two versions at most");
    }
    alias
        .weights()
        .keySet()
        .forEach(
            other -> {
              if (other.equals(alias.version())) {
                throw invalid(
                    "Invalid function version %s. Function version %s is already included in routing configuration."
                        .formatted(other, other));
              }
              if (!FunctionVersion.isVersion(other)) {
                throw invalid("'%s' in AdditionalVersionWeights is no version".formatted(other));
              }
              catalog.require(new FunctionVersion(alias.function(), other));
            });
  }

  private static MayflyException invalid(String why) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, why);
  }

  private void show(Alias alias) {
    aliases.put(alias.function(), alias.name(), alias);
  }

  private FunctionArn arn(FunctionName function, String name) {
    return FunctionArn.of(catalog.account(), function).qualified(name);
  }
}
