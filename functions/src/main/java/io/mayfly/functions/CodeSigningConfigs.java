package io.mayfly.functions;

import io.mayfly.model.CodeSigningConfig;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.MayflyException;
import io.mayfly.store.CodeSigningStore;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The code signing configurations of the account, and which functions use them. Reads are
 * lock-free; changes are on the disk before they show.
 *
 * <p>No signature is ever looked for, so all code counts as unsigned: a configuration that enforces
 * refuses it, one that warns does nothing.
 */
public final class CodeSigningConfigs implements Belongings {
  private static final String ID_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final int ID_LENGTH = 17;

  private final FunctionCatalog catalog;
  private final CodeSigningStore store;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ConcurrentNavigableMap<String, CodeSigningConfig> configs =
      new ConcurrentSkipListMap<>();
  private final ConcurrentNavigableMap<FunctionName, String> used = new ConcurrentSkipListMap<>();

  public CodeSigningConfigs(
      FunctionCatalog catalog,
      CodeSigningStore store,
      InstantSource clock,
      RandomGenerator random) {
    this.catalog = catalog;
    this.store = store;
    this.clock = clock;
    this.random = random;
    store.configs().forEach(this::show);
    used.putAll(store.used());
  }

  /**
   * Creates a configuration.
   *
   * @throws MayflyException if there are too many tags
   */
  public synchronized CodeSigningConfig create(
      String description,
      List<String> publishers,
      CodeSigningConfig.Policy policy,
      Map<String, String> tags) {
    FunctionTags.check(tags);
    return save(
        new CodeSigningConfig(newId(), description, publishers, policy, tags, clock.instant()));
  }

  /** Replaces what is given; what is empty stays. */
  public synchronized CodeSigningConfig update(
      String arn,
      Optional<String> description,
      Optional<List<String>> publishers,
      Optional<CodeSigningConfig.Policy> policy) {
    CodeSigningConfig before = require(arn);
    return save(
        new CodeSigningConfig(
            before.id(),
            description.orElse(before.description()),
            publishers.orElse(before.publishers()),
            policy.orElse(before.policy()),
            before.tags(),
            clock.instant()));
  }

  /** All of them, by id. */
  public List<CodeSigningConfig> list() {
    return List.copyOf(configs.values());
  }

  /**
   * A configuration.
   *
   * @throws MayflyException if there is none with this ARN
   */
  public CodeSigningConfig require(String arn) {
    return find(arn)
        .orElseThrow(
            () ->
                new MayflyException(
                    ErrorCode.NOT_FOUND,
                    "The Lambda code signing configuration %s can not be found.".formatted(arn)));
  }

  private Optional<CodeSigningConfig> find(String arn) {
    String prefix = CodeSigningConfig.arn(catalog.account(), "");
    return arn.startsWith(prefix)
        ? Optional.ofNullable(configs.get(arn.substring(prefix.length())))
        : Optional.empty();
  }

  /**
   * Deletes a configuration that no function uses.
   *
   * @throws MayflyException if one does, or there is none with this ARN
   */
  public synchronized void delete(String arn) {
    CodeSigningConfig config = require(arn);
    List<FunctionName> users = users(config);
    if (!users.isEmpty()) {
      throw new MayflyException(
          ErrorCode.CONFLICT,
          "The code signing configuration %s is used by the functions %s; remove it from them first"
              .formatted(arn, users));
    }
    store.remove(config.id());
    configs.remove(config.id());
  }

  /**
   * The functions that use a configuration, by name.
   *
   * @throws MayflyException if there is none with this ARN
   */
  public List<FunctionName> users(String arn) {
    return users(require(arn));
  }

  private List<FunctionName> users(CodeSigningConfig config) {
    return used.entrySet().stream()
        .filter(use -> use.getValue().equals(config.id()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Has a function use a configuration for what is deployed to it from now on.
   *
   * @throws MayflyException if there is no such function or configuration
   */
  public synchronized CodeSigningConfig use(FunctionName function, String arn) {
    CodeSigningConfig config = requireUsable(arn);
    catalog.require(function);
    store.use(function, config.id());
    used.put(function, config.id());
    return config;
  }

  /**
   * The configuration that a function uses, if it uses one.
   *
   * @throws MayflyException if there is no such function
   */
  public Optional<CodeSigningConfig> of(FunctionName function) {
    catalog.require(function);
    return Optional.ofNullable(used.get(function)).map(configs::get);
  }

  /**
   * Has a function use none any more.
   *
   * @throws MayflyException if there is no such function
   */
  public synchronized void stopUse(FunctionName function) {
    catalog.require(function);
    forget(function);
  }

  @Override
  public synchronized void forget(FunctionName function) {
    if (used.containsKey(function)) {
      store.removeUse(function);
      used.remove(function);
    }
  }

  /**
   * Creates a function that uses a configuration from its beginning.
   *
   * @throws MayflyException if there is no such configuration, or it refuses unsigned code
   */
  public synchronized <T> T create(FunctionName function, String arn, Supplier<T> creation) {
    admit(requireUsable(arn));
    T created = creation.get();
    use(function, arn);
    return created;
  }

  /**
   * Looks at code or layers that are to be deployed to a function.
   *
   * @throws MayflyException if the function's configuration refuses unsigned code
   */
  public void admit(FunctionName function) {
    String id = used.get(function);
    CodeSigningConfig config = id == null ? null : configs.get(id);
    if (config != null) {
      admit(config);
    }
  }

  private static void admit(CodeSigningConfig config) {
    if (config.policy() == CodeSigningConfig.Policy.ENFORCE) {
      throw new MayflyException(
          ErrorCode.CODE_VERIFICATION_FAILED,
          "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Mayfly takes all code for unsigned; give the code signing configuration %s the policy Warn, or remove it from the function"
              .formatted(config.id()));
    }
  }

  private CodeSigningConfig requireUsable(String arn) {
    return find(arn)
        .orElseThrow(
            () ->
                new MayflyException(
                    ErrorCode.CODE_SIGNING_CONFIG_NOT_FOUND,
                    "The code signing configuration cannot be found. Check that the provided configuration is not deleted: %s."
                        .formatted(arn)));
  }

  /** Adds tags, instead of those of the same keys. */
  public synchronized void tag(String arn, Map<String, String> tags) {
    CodeSigningConfig config = require(arn);
    Map<String, String> all = new HashMap<>(config.tags());
    all.putAll(tags);
    FunctionTags.check(all);
    save(config.withTags(all));
  }

  /** Takes tags away that are there. */
  public synchronized void untag(String arn, List<String> keys) {
    CodeSigningConfig config = require(arn);
    Map<String, String> left = new HashMap<>(config.tags());
    left.keySet().removeAll(keys);
    save(config.withTags(left));
  }

  private CodeSigningConfig save(CodeSigningConfig config) {
    store.put(config);
    show(config);
    return config;
  }

  private void show(CodeSigningConfig config) {
    configs.put(config.id(), config);
  }

  private String newId() {
    StringBuilder id = new StringBuilder("csc-");
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(ID_CHARACTERS.charAt(random.nextInt(ID_CHARACTERS.length())));
    }
    return id.toString();
  }
}
