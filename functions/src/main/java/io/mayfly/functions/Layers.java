package io.mayfly.functions;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.FunctionLayer;
import io.mayfly.model.LayerVersion;
import io.mayfly.model.LayerVersionId;
import io.mayfly.model.Limits;
import io.mayfly.model.MayflyException;
import io.mayfly.model.ResourcePolicy;
import io.mayfly.model.ResourcePolicy.Condition;
import io.mayfly.model.ResourcePolicy.Statement;
import io.mayfly.store.LayerStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The layers of the account, each with its versions. Reads are lock-free; changes are on the disk
 * before they show.
 *
 * <p>Whoever holds the catalogue's monitor may take this one, and never the other way round.
 */
public final class Layers {
  /** The functions, with which layers share what code may take, and the code itself. */
  interface Functions {
    /** How much their zip files take. */
    long storedBytes();

    /** Removes code that no function and no layer needs any more. */
    void release(CodeReference code);
  }

  /** What an owner says of a version that is to be published. */
  public record Description(
      String text, List<String> runtimes, List<String> architectures, String license) {}

  private final Account account;
  private final LayerStore store;
  private final CodeStore code;
  private final InstantSource clock;
  private final ConcurrentNavigableMap<LayerVersionId, LayerVersion> versions =
      new ConcurrentSkipListMap<>();
  private final Map<String, Long> lastNumbers = new ConcurrentHashMap<>();

  private volatile Functions functions =
      new Functions() {
        @Override
        public long storedBytes() {
          return 0;
        }

        @Override
        public void release(CodeReference unused) {}
      };

  public Layers(Account account, LayerStore store, CodeStore code, InstantSource clock) {
    this.account = account;
    this.store = store;
    this.code = code;
    this.clock = clock;
    lastNumbers.putAll(store.lastNumbers());
    store.versions().forEach(version -> versions.put(version.id(), version));
  }

  void functions(Functions next) {
    functions = next;
  }

  public Account account() {
    return account;
  }

  /**
   * Publishes a zip file as the next version of a layer.
   *
   * @throws MayflyException if it is too large, no zip file, or dangerous to unpack
   */
  public synchronized LayerVersion publish(String layer, byte[] zip, Description description) {
    CodeReference reference = code.inspect(zip);
    CodeQuota.check(storedBytes() + functions.storedBytes() + zip.length);
    code.keep(zip);
    long number = lastNumbers.getOrDefault(layer, 0L) + 1;
    LayerVersion version =
        new LayerVersion(
            new LayerVersionId(layer, number),
            description.text(),
            reference,
            description.runtimes(),
            description.architectures(),
            description.license(),
            clock.instant(),
            Optional.empty());
    store.publish(version);
    lastNumbers.put(layer, number);
    versions.put(version.id(), version);
    return version;
  }

  public Optional<LayerVersion> find(LayerVersionId id) {
    return Optional.ofNullable(versions.get(id));
  }

  /** All versions of all layers, by name, the newest of each first. */
  public List<LayerVersion> list() {
    Map<String, List<LayerVersion>> byLayer = new LinkedHashMap<>();
    for (LayerVersion version : versions.values()) {
      byLayer.computeIfAbsent(version.id().layer(), key -> new ArrayList<>()).addFirst(version);
    }
    return byLayer.values().stream().flatMap(List::stream).toList();
  }

  /** How much layers' zip files take. */
  public long storedBytes() {
    return versions.values().stream().mapToLong(version -> version.code().zippedBytes()).sum();
  }

  /** Deletes a version, if it is there. Functions that have it keep it. */
  public void delete(LayerVersionId id) {
    LayerVersion gone;
    synchronized (this) {
      gone = versions.get(id);
      if (gone == null) {
        return;
      }
      store.remove(id);
      versions.remove(id);
    }
    functions.release(gone.code());
  }

  /**
   * The layers that a function is to have.
   *
   * @param arns of layer versions
   * @throws MayflyException if there are too many, one is not there, or two are versions of one
   *     layer
   */
  List<FunctionLayer> resolve(List<String> arns) {
    if (arns.size() > Limits.LAYERS) {
      throw invalid("Cannot reference more than %d layers.".formatted(Limits.LAYERS));
    }
    Map<String, String> seen = new HashMap<>();
    List<FunctionLayer> result = new ArrayList<>();
    for (String arn : arns) {
      LayerVersion version =
          LayerVersionId.parse(arn, account)
              .flatMap(this::find)
              .orElseThrow(() -> invalid("Layer version %s does not exist.".formatted(arn)));
      String other = seen.put(version.id().layer(), arn);
      if (other != null) {
        throw invalid(
            "Two different versions of the same layer are not allowed to be referenced in the same function. %s and %s are versions of the same layer."
                .formatted(other, arn));
      }
      result.add(new FunctionLayer(version.id(), version.code()));
    }
    return result;
  }

  /**
   * Lets somebody have a version: everybody, an account, or those of an organization.
   *
   * @return the statement; the revision is the policy's
   * @throws MayflyException if there is no such version, the statement's id is taken, or the policy
   *     is not the one that the caller expects
   */
  public synchronized Statement permit(
      LayerVersionId id,
      String statementId,
      String action,
      String principal,
      Optional<String> organization,
      Optional<String> revision) {
    LayerVersion version = require(id);
    Revisions.check(revision, revisionOf(version));
    Statement statement =
        new Statement(
            statementId,
            Permission.whole(principal),
            action,
            id.arn(account),
            organization.stream()
                .map(org -> new Condition("StringEquals", "aws:PrincipalOrgID", org))
                .toList());
    save(version.withPolicy(Optional.of(PolicyRules.add(version.policy(), statement))));
    return statement;
  }

  /**
   * Takes a permission back.
   *
   * @throws MayflyException if there is no such version or statement, or the policy is not the one
   *     that the caller expects
   */
  public synchronized void forbid(
      LayerVersionId id, String statementId, Optional<String> revision) {
    LayerVersion version = require(id);
    save(version.withPolicy(PolicyRules.remove(version.policy(), statementId, revision)));
  }

  /**
   * The policy of a version.
   *
   * @throws MayflyException if it has none, or is not there
   */
  public ResourcePolicy policy(LayerVersionId id) {
    return require(id)
        .policy()
        .orElseThrow(
            () ->
                new MayflyException(
                    ErrorCode.NOT_FOUND, "No policy is associated with the given resource."));
  }

  private static String revisionOf(LayerVersion version) {
    return version.policy().map(ResourcePolicy::revisionId).orElse("");
  }

  private LayerVersion require(LayerVersionId id) {
    return find(id)
        .orElseThrow(
            () ->
                new MayflyException(
                    ErrorCode.NOT_FOUND,
                    "Layer version %s does not exist.".formatted(id.arn(account))));
  }

  private void save(LayerVersion version) {
    store.put(version);
    versions.put(version.id(), version);
  }

  /** The hashes of the code of all versions. */
  Set<String> hashes() {
    Set<String> all = new HashSet<>();
    versions.values().forEach(version -> all.add(version.code().sha256()));
    return all;
  }

  /** Removes code that no function needs, unless a layer does. */
  synchronized void removeUnlessPublished(String hash) {
    if (!hashes().contains(hash)) {
      code.remove(hash);
    }
  }

  private static MayflyException invalid(String why) {
    return new MayflyException(ErrorCode.INVALID_PARAMETER, why);
  }
}
