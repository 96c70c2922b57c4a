package io.mayfly.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.Account;
import io.mayfly.model.Alias;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Lifecycle;
import io.mayfly.model.MayflyException;
import io.mayfly.model.ProvisionedConcurrency;
import io.mayfly.store.BlobStore;
import io.mayfly.store.Database;
import io.mayfly.store.FunctionStore;
import io.mayfly.store.SqliteFunctionStore;
import io.mayfly.store.SqliteLayerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions, the aliases that name them, and the concurrency that is provisioned for them. */
class TestVersions {
  private static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final FunctionVersion ONE = FunctionVersion.of(NAME, 1);
  private static final FunctionVersion TWO = FunctionVersion.of(NAME, 2);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final byte[] FIRST = new ZipBytes().file("a.py", "1").bytes();
  private static final byte[] SECOND = new ZipBytes().file("a.py", "2").bytes();

  @TempDir Path folder;

  private Database database;
  private CodeStore code;
  private FunctionCatalog catalog;
  private Aliases aliases;
  private FunctionConcurrency concurrency;
  private final SplittableRandom random = new SplittableRandom(7);

  @BeforeEach
  void start() throws IOException {
    database = Database.open(folder.resolve("db"));
    FunctionStore store = new SqliteFunctionStore(database);
    code =
        new CodeStore(
            new BlobStore(Files.createDirectories(folder.resolve("blobs"))),
            Files.createDirectories(folder.resolve("code")));
    Instant now = Instant.parse("2026-03-01T12:00:00Z");
    catalog =
        new FunctionCatalog(
            ACCOUNT,
            store,
            code,
            new Layers(ACCOUNT, new SqliteLayerStore(database), code, () -> Instant.EPOCH),
            runtime -> {},
            () -> now);
    catalog.retireInstancesWith(version -> CompletableFuture.completedFuture(null));
    aliases = new Aliases(catalog, store, random::nextDouble);
    concurrency = new FunctionConcurrency(catalog, aliases, store, 1000, () -> now);
  }

  @AfterEach
  void stop() {
    catalog.close();
    database.close();
  }

  private void restart() throws IOException {
    stop();
    start();
  }

  private void create() {
    catalog.create(deployment(), FIRST);
    catalog.awaitReady(NAME, PATIENCE);
  }

  private static Deployment deployment() {
    return new Deployment(
        NAME,
        new FunctionSettings(
            "first",
            "python3.12",
            "a.handler",
            "arn:aws:iam::000000000000:role/any",
            Deployment.DEFAULT_TIMEOUT,
            Deployment.DEFAULT_MEMORY,
            Deployment.DEFAULT_STORAGE,
            Map.of()),
        Map.of());
  }

  private void updateCode(byte[] zip) {
    catalog.updateCode(NAME, zip, Optional.empty());
    catalog.awaitReady(NAME, PATIENCE);
  }

  private void updateMemory(int megabytes) {
    catalog.updateConfiguration(
        NAME,
        new ConfigurationChange(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(DataSize.ofMegabytes(megabytes)),
            Optional.empty(),
            Optional.empty()),
        Optional.empty());
    catalog.awaitReady(NAME, PATIENCE);
  }

  private FunctionConfig publish() {
    return catalog.publish(NAME, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static void assertRefused(ErrorCode with, Runnable change, String words) {
    assertThatThrownBy(change::run)
        .isInstanceOfSatisfying(
            MayflyException.class, refusal -> assertThat(refusal.code()).isEqualTo(with))
        .hasMessageContaining(words);
  }

  @Test
  void aVersionKeepsItsCodeAndSettingsWhateverBecomesOfTheFunction() throws IOException {
    create();
    FunctionConfig first = publish();
    assertThat(first.id()).isEqualTo(ONE);
    assertThat(first.lifecycle()).isEqualTo(Lifecycle.active());
    updateCode(SECOND);
    updateMemory(512);
    assertThat(catalog.serving(ONE)).isEqualTo(first);
    assertThat(code.unpacked(first.code()).resolve("a.py")).hasContent("1");
    FunctionConfig second = publish();
    assertThat(second.id()).isEqualTo(TWO);
    assertThat(second.memory().megabytes()).isEqualTo(512);
    restart();
    assertThat(catalog.versions(NAME))
        .extracting(config -> config.id().version())
        .containsExactly("$LATEST", "1", "2");
    assertThat(catalog.serving(ONE)).isEqualTo(first);
    assertThat(catalog.serving(TWO)).isEqualTo(second);
    assertThat(code.unpacked(first.code()).resolve("a.py")).hasContent("1");
    assertThat(catalog.list()).hasSize(1);
    assertThat(catalog.listVersions()).hasSize(3);
  }

  @Test
  void onlyAChangeMakesAVersion() {
    create();
    FunctionConfig first = publish();
    assertThat(publish()).isEqualTo(first);
    assertThat(
            catalog.publish(NAME, Optional.empty(), Optional.of("another text"), Optional.empty()))
        .isEqualTo(first);
    updateMemory(256);
    FunctionConfig second =
        catalog.publish(NAME, Optional.empty(), Optional.of("more memory"), Optional.empty());
    assertThat(second.id()).isEqualTo(TWO);
    assertThat(second.settings().description()).isEqualTo("more memory");
    assertThat(catalog.require(NAME).settings().description()).isEqualTo("first");
    assertThat(publish()).as("its own description makes no difference").isEqualTo(second);
    updateMemory(128);
    assertThat(publish().id()).as("only the last counts").isEqualTo(FunctionVersion.of(NAME, 3));
  }

  @Test
  void whatIsPublishedIsWhatTheCallerExpects() {
    create();
    FunctionConfig latest = catalog.require(NAME);
    String hash = latest.code().base64();
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> catalog.publish(NAME, Optional.of("abc="), Optional.empty(), Optional.empty()),
        "CodeSHA256 (abc=) is different from current CodeSHA256 in $LATEST (" + hash + ").");
    assertRefused(
        ErrorCode.PRECONDITION_FAILED,
        () -> catalog.publish(NAME, Optional.empty(), Optional.empty(), Optional.of("old")),
        "RevisionId");
    assertThat(
            catalog
                .publish(
                    NAME, Optional.of(hash), Optional.empty(), Optional.of(latest.revisionId()))
                .id())
        .isEqualTo(ONE);
  }

  @Test
  void numbersAreNeverGivenTwice() throws IOException {
    create();
    publish();
    catalog.delete(ONE);
    assertRefused(
        ErrorCode.NOT_FOUND, () -> catalog.serving(ONE), "Function not found: arn:aws:lambda:");
    assertThat(publish().id()).isEqualTo(TWO);
    catalog.delete(NAME);
    restart();
    create();
    assertThat(catalog.find(TWO)).isEmpty();
    assertThat(publish().id()).isEqualTo(FunctionVersion.of(NAME, 3));
  }

  @Test
  void latestIsDeletedWithItsFunctionOnly() {
    create();
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> catalog.delete(FunctionVersion.latest(NAME)),
        "$LATEST version cannot be deleted without deleting the function.");
    assertRefused(ErrorCode.NOT_FOUND, () -> catalog.delete(TWO), ":function:thumb:2");
  }

  @Test
  void aFunctionIsCreatedAndUpdatedWithAVersionAtOnce() {
    FunctionConfig first = catalog.createAndPublish(deployment(), FIRST);
    assertThat(first.id()).isEqualTo(ONE);
    assertThat(first.lifecycle().state()).isEqualTo(Lifecycle.State.PENDING);
    catalog.awaitReady(NAME, PATIENCE);
    FunctionConfig second = catalog.updateCodeAndPublish(NAME, SECOND, Optional.empty());
    assertThat(second.id()).isEqualTo(TWO);
    // Closing waits for what is under way.
    catalog.close();
    assertThat(catalog.serving(ONE).code()).isEqualTo(first.code());
    assertThat(catalog.serving(TWO).code()).isEqualTo(second.code());
    assertThat(catalog.require(NAME).code()).isEqualTo(second.code());
  }

  @Test
  void codeThatAVersionUsesStaysUntilTheVersionGoes() {
    create();
    FunctionConfig first = publish();
    updateCode(SECOND);
    catalog.close();
    assertThat(code.unpacked(first.code())).isDirectory();
    catalog.delete(ONE);
    assertThat(catalog.find(ONE)).isEmpty();
  }

  @Test
  void anAliasStandsForAVersionAndIsMovedOneRevisionAtATime() throws IOException {
    create();
    publish();
    updateCode(SECOND);
    publish();
    Alias prod = aliases.create(NAME, "prod", "1", "what runs", Map.of());
    assertThat(aliases.serving(NAME, Optional.of("prod"))).isEqualTo(ONE);
    assertRefused(
        ErrorCode.CONFLICT,
        () -> aliases.create(NAME, "prod", "2", "", Map.of()),
        "Alias already exists: arn:aws:lambda:us-east-1:000000000000:function:thumb:prod");
    Alias moved =
        aliases.update(
            NAME,
            "prod",
            Optional.of("2"),
            Optional.empty(),
            Optional.empty(),
            Optional.of(prod.revisionId()));
    assertThat(moved.description()).isEqualTo("what runs");
    assertRefused(
        ErrorCode.PRECONDITION_FAILED,
        () ->
            aliases.update(
                NAME,
                "prod",
                Optional.of("1"),
                Optional.empty(),
                Optional.empty(),
                Optional.of(prod.revisionId())),
        "RevisionId");
    restart();
    assertThat(aliases.list(NAME)).containsExactly(moved);
    assertThat(aliases.serving(NAME, Optional.of("prod"))).isEqualTo(TWO);
    assertRefused(
        ErrorCode.CONFLICT, () -> aliases.deleteVersion(TWO), "in use by the aliases [prod]");
    aliases.delete(NAME, "prod");
    aliases.delete(NAME, "prod");
    aliases.deleteVersion(TWO);
    assertRefused(
        ErrorCode.NOT_FOUND, () -> aliases.serving(NAME, Optional.of("prod")), ":thumb:prod");
    assertRefused(
        ErrorCode.NOT_FOUND,
        () -> aliases.require(NAME, "prod"),
        "Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:thumb:prod");
  }

  @Test
  void weightsSplitCallsBetweenTwoVersions() {
    create();
    publish();
    updateCode(SECOND);
    publish();
    aliases.create(NAME, "canary", "1", "", Map.of("2", 0.1));
    Map<FunctionVersion, Integer> calls = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      calls.merge(aliases.serving(NAME, Optional.of("canary")), 1, Integer::sum);
    }
    assertThat(calls.get(TWO)).isBetween(900, 1100);
    assertThat(calls).containsOnlyKeys(ONE, TWO);
    assertThat(aliases.meant(NAME, Optional.of("canary"))).isEqualTo(ONE);
    aliases.update(
        NAME,
        "canary",
        Optional.empty(),
        Optional.empty(),
        Optional.of(Map.of()),
        Optional.empty());
    for (int i = 0; i < 100; i++) {
      assertThat(aliases.serving(NAME, Optional.of("canary"))).isEqualTo(ONE);
    }
  }

  @Test
  void weightsThatCannotBeAreRefused() {
    create();
    publish();
    updateCode(SECOND);
    publish();
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> aliases.create(NAME, "a", "$LATEST", "", Map.of("1", 0.5)),
        "$LATEST is not supported for an alias pointing to more than 1 version");
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> aliases.create(NAME, "a", "1", "", Map.of("1", 0.5)),
        "already included in routing configuration");
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> aliases.create(NAME, "a", "1", "", Map.of("2", 0.5, "3", 0.1)),
        "AdditionalVersionWeights cannot be greater than 1");
    assertRefused(
        ErrorCode.NOT_FOUND,
        () -> aliases.create(NAME, "a", "1", "", Map.of("7", 0.5)),
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:thumb:7");
    assertRefused(
        ErrorCode.NOT_FOUND,
        () -> aliases.create(NAME, "a", "007", "", Map.of()),
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:thumb:007");
    assertThat(aliases.list(NAME)).isEmpty();
  }

  @Test
  void provisionedConcurrencyFollowsItsAliasAndComesOutOfTheAccounts() throws IOException {
    create();
    publish();
    updateCode(SECOND);
    publish();
    aliases.create(NAME, "prod", "1", "", Map.of());
    concurrency.provision(NAME, "prod", 5);
    assertThat(concurrency.provisioned()).isEqualTo(Map.of(ONE, 5));
    assertThat(concurrency.unreserved()).isEqualTo(995);
    aliases.update(
        NAME, "prod", Optional.of("2"), Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(concurrency.provisioned()).isEqualTo(Map.of(TWO, 5));
    restart();
    assertThat(concurrency.provisioned()).isEqualTo(Map.of(TWO, 5));
    concurrency.provision(NAME, "1", 3);
    assertThat(concurrency.list(NAME))
        .extracting(ProvisionedConcurrency::calls)
        .containsExactly(3, 5);
    concurrency.reserve(NAME, 20);
    assertThat(concurrency.unreserved()).as("the reservation holds both").isEqualTo(980);
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> concurrency.reserve(NAME, 7),
        "should not be lower than function's total provisioned concurrency [8]");
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> concurrency.provision(NAME, "1", 16),
        "should not be greater than the reservedConcurrentExecution for function");
    aliases.delete(NAME, "prod");
    assertThat(concurrency.provisioned()).isEqualTo(Map.of(ONE, 3));
    catalog.delete(NAME);
    aliases.forget(NAME);
    concurrency.forget(NAME);
    assertThat(concurrency.provisioned()).isEmpty();
    assertThat(concurrency.unreserved()).isEqualTo(1000);
    assertThat(concurrency.reserved(NAME)).isEqualTo(OptionalInt.empty());
    restart();
    assertThat(concurrency.provisioned()).isEmpty();
  }

  @Test
  void whatCannotBeProvisionedIsRefusedInLambdasWords() {
    create();
    publish();
    updateCode(SECOND);
    publish();
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> concurrency.provision(NAME, "$LATEST", 1),
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
    assertRefused(
        ErrorCode.NOT_FOUND, () -> concurrency.provision(NAME, "9", 1), ":function:thumb:9");
    assertRefused(
        ErrorCode.NOT_FOUND, () -> concurrency.provision(NAME, "none", 1), ":function:thumb:none");
    aliases.create(NAME, "canary", "1", "", Map.of("2", 0.1));
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> concurrency.provision(NAME, "canary", 1),
        "Alias with weights can not be used with Provisioned Concurrency");
    aliases.create(NAME, "prod", "1", "", Map.of());
    concurrency.provision(NAME, "prod", 1);
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () ->
            aliases.update(
                NAME,
                "prod",
                Optional.empty(),
                Optional.empty(),
                Optional.of(Map.of("2", 0.1)),
                Optional.empty()),
        "Alias with weights can not be used with Provisioned Concurrency");
    assertRefused(
        ErrorCode.CONFLICT,
        () -> concurrency.provision(NAME, "1", 1),
        "has provisioned concurrency under 'prod' already");
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> concurrency.provision(NAME, "2", 900),
        "decreases account's UnreservedConcurrentExecution below its minimum value of [100]");
    assertThat(concurrency.provisioned()).isEqualTo(Map.of(ONE, 1));
  }

  @Test
  void everyChangeOfWhatIsProvisionedIsTold() {
    create();
    publish();
    List<Map<FunctionVersion, Integer>> told = new ArrayList<>();
    concurrency.whenProvisioned(() -> told.add(concurrency.provisioned()));
    concurrency.provision(NAME, "1", 2);
    concurrency.provision(NAME, "1", 4);
    concurrency.unprovision(NAME, "1");
    assertThat(told).containsExactly(Map.of(ONE, 2), Map.of(ONE, 4), Map.of());
  }
}
