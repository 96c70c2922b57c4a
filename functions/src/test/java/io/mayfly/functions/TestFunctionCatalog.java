package io.mayfly.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Lifecycle;
import io.mayfly.model.MayflyException;
import io.mayfly.store.BlobStore;
import io.mayfly.store.Database;
import io.mayfly.store.FunctionStore;
import io.mayfly.store.SqliteFunctionStore;
import io.mayfly.store.SqliteLayerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFunctionCatalog {
  private static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final FunctionVersion LATEST = FunctionVersion.latest(NAME);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final byte[] FIRST = new ZipBytes().file("a.py", "1").bytes();
  private static final byte[] SECOND = new ZipBytes().file("a.py", "2").bytes();

  @TempDir Path folder;

  /** What the dispatcher would do: the test says when a retirement is over. */
  private final LinkedBlockingQueue<CompletableFuture<Void>> retirements =
      new LinkedBlockingQueue<>();

  private Database database;
  private FunctionStore store;
  private CodeStore code;
  private FunctionCatalog catalog;
  private FunctionUrls urls;

  @BeforeEach
  void start() throws IOException {
    database = Database.open(folder.resolve("db"));
    store = new SqliteFunctionStore(database);
    code =
        new CodeStore(
            new BlobStore(Files.createDirectories(folder.resolve("blobs"))),
            Files.createDirectories(folder.resolve("code")));
    catalog =
        new FunctionCatalog(
            ACCOUNT,
            store,
            code,
            new Layers(ACCOUNT, new SqliteLayerStore(database), code, () -> Instant.EPOCH),
            runtime -> {
              if (!runtime.equals("python3.12")) {
                throw new MayflyException(ErrorCode.INVALID_PARAMETER, "no runtime " + runtime);
              }
            },
            () -> Instant.parse("2026-03-01T12:00:00Z"));
    catalog.retireInstancesWith(
        function -> {
          CompletableFuture<Void> retirement = new CompletableFuture<>();
          retirements.add(retirement);
          return retirement;
        });
    urls =
        new FunctionUrls(
            catalog,
            new Aliases(catalog, store, () -> 0),
            store,
            () -> Instant.parse("2026-03-01T12:00:00Z"),
            new SecureRandom());
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

  private static Deployment deployment(FunctionName name, Map<String, String> environment) {
    return new Deployment(
        name,
        new FunctionSettings(
            "",
            "python3.12",
            "a.handler",
            "arn:aws:iam::000000000000:role/any",
            Deployment.DEFAULT_TIMEOUT,
            Deployment.DEFAULT_MEMORY,
            Deployment.DEFAULT_STORAGE,
            environment),
        Map.of());
  }

  private FunctionConfig create(byte[] zip) {
    FunctionConfig created = catalog.create(deployment(NAME, Map.of()), zip);
    catalog.awaitReady(NAME, PATIENCE);
    return created;
  }

  private static ConfigurationChange timeout(int seconds) {
    return new ConfigurationChange(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(Duration.ofSeconds(seconds)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static void assertRefused(ErrorCode with, Runnable change, String... words) {
    assertThatThrownBy(change::run)
        .isInstanceOfSatisfying(
            MayflyException.class, refusal -> assertThat(refusal.code()).isEqualTo(with))
        .satisfies(refusal -> assertContains(String.valueOf(refusal.getMessage()), words));
  }

  private static void assertContains(String message, String... words) {
    for (String word : words) {
      assertThat(message).contains(word);
    }
  }

  private List<String> codeOnDisk() throws IOException {
    try (var files = Files.list(folder.resolve("code"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aNewFunctionIsPendingAndThenActive() {
    FunctionConfig created = create(FIRST);
    assertThat(created.lifecycle()).isEqualTo(Lifecycle.creating());
    FunctionConfig ready = catalog.require(NAME);
    assertThat(ready.lifecycle()).isEqualTo(Lifecycle.active());
    assertThat(catalog.serving(LATEST)).isEqualTo(ready);
    assertThat(code.unpacked(ready.code()).resolve("a.py")).hasContent("1");
    assertThat(catalog.list()).containsExactly(ready);
  }

  @Test
  void aNameIsTakenOnce() {
    create(FIRST);
    assertRefused(ErrorCode.CONFLICT, () -> create(FIRST), "Function already exist: thumb");
  }

  @Test
  void anUnknownFunctionIsNotFoundByItsArn() {
    assertRefused(
        ErrorCode.NOT_FOUND,
        () -> catalog.require(NAME),
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:thumb");
    assertRefused(ErrorCode.NOT_FOUND, () -> catalog.serving(LATEST));
    assertRefused(ErrorCode.NOT_FOUND, () -> catalog.delete(NAME));
    assertRefused(ErrorCode.NOT_FOUND, () -> catalog.updateCode(NAME, SECOND, Optional.empty()));
  }

  @Test
  void whatIsRefusedLeavesNothingBehind() throws IOException {
    assertRefused(
        ErrorCode.INVALID_PARAMETER, () -> create(new byte[] {1, 2, 3}), "Could not unzip");
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> catalog.create(deployment(NAME, Map.of("AWS_REGION", "x")), FIRST),
        "reserved keys");
    assertThat(catalog.list()).isEmpty();
    assertThat(codeOnDisk()).isEmpty();
  }

  @Test
  void newCodeServesOnceItIsReadyAndTheOldGoesWithItsLastInstance() throws Exception {
    FunctionConfig before = create(FIRST);
    FunctionConfig updating = catalog.updateCode(NAME, SECOND, Optional.empty());
    assertThat(updating.lifecycle().update()).contains(Lifecycle.UpdateStatus.IN_PROGRESS);
    assertThat(updating.revisionId()).isNotEqualTo(before.revisionId());
    catalog.awaitReady(NAME, PATIENCE);
    FunctionConfig after = catalog.serving(LATEST);
    assertThat(after.lifecycle()).isEqualTo(Lifecycle.active());
    assertThat(code.unpacked(after.code()).resolve("a.py")).hasContent("2");
    assertThat(codeOnDisk()).as("an instance may still read the old code").hasSize(2);
    retirements.take().complete(null);
    catalog.close();
    assertThat(codeOnDisk()).containsExactly(after.code().sha256());
    assertThat(code.zip(before.code())).doesNotExist();
  }

  @Test
  void codeThatTwoRetirementsWaitForStaysUntilBothAreOver() throws Exception {
    FunctionConfig config = create(FIRST);
    catalog.updateConfiguration(NAME, timeout(10), Optional.empty());
    catalog.awaitReady(NAME, PATIENCE);
    CompletableFuture<Void> ofTheUpdate = retirements.take();
    catalog.delete(NAME);
    CompletableFuture<Void> ofTheDeletion = retirements.take();
    ofTheUpdate.complete(null);
    // A change that runs to its end after the first removal has had its turn.
    catalog.create(deployment(new FunctionName("other"), Map.of()), SECOND);
    catalog.awaitReady(new FunctionName("other"), PATIENCE);
    assertThat(code.unpacked(config.code())).isDirectory();
    ofTheDeletion.complete(null);
    catalog.close();
    assertThat(code.unpacked(config.code())).doesNotExist();
  }

  @Test
  void codeThatAnotherFunctionSharesStays() throws Exception {
    create(FIRST);
    FunctionName other = new FunctionName("other");
    catalog.create(deployment(other, Map.of()), FIRST);
    catalog.awaitReady(other, PATIENCE);
    catalog.delete(NAME);
    retirements.take().complete(null);
    catalog.close();
    assertThat(code.unpacked(catalog.require(other).code()).resolve("a.py")).hasContent("1");
  }

  @Test
  void aRevisionIdThatIsNotTheLatestIsRefused() {
    FunctionConfig first = create(FIRST);
    assertRefused(
        ErrorCode.PRECONDITION_FAILED,
        () -> catalog.updateCode(NAME, SECOND, Optional.of("stale")),
        "RevisionId");
    catalog.updateConfiguration(NAME, timeout(5), Optional.of(first.revisionId()));
    catalog.awaitReady(NAME, PATIENCE);
    assertThat(catalog.serving(LATEST).timeout()).isEqualTo(Duration.ofSeconds(5));
    assertRefused(
        ErrorCode.PRECONDITION_FAILED,
        () -> catalog.updateConfiguration(NAME, timeout(6), Optional.of(first.revisionId())));
  }

  @Test
  void aDryRunOfAnUpdateChangesNothing() throws IOException {
    create(FIRST);
    FunctionConfig asItWouldBe = catalog.tryUpdateCode(NAME, SECOND, Optional.empty());
    assertThat(asItWouldBe.code().sha256()).isEqualTo(BlobStore.sha256(SECOND));
    assertThat(catalog.require(NAME).code().sha256()).isEqualTo(BlobStore.sha256(FIRST));
    assertThat(codeOnDisk()).hasSize(1);
  }

  @Test
  void aChangeDuringAChangeIsRefusedInLambdasWords() throws Exception {
    create(FIRST);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    // Unpacking waits for this monitor, so that the update stays under way.
    CodeStore held = code;
    Thread holder =
        Thread.ofPlatform()
            .start(
                () -> {
                  synchronized (held) {
                    begun.countDown();
                    awaitQuietly(go);
                  }
                });
    begun.await();
    catalog.updateCode(NAME, SECOND, Optional.empty());
    assertRefused(
        ErrorCode.CONFLICT,
        () -> catalog.updateCode(NAME, FIRST, Optional.empty()),
        "An update is in progress for resource: arn:aws:lambda:us-east-1");
    assertThat(catalog.serving(LATEST).code().sha256()).isEqualTo(BlobStore.sha256(FIRST));
    go.countDown();
    holder.join();
    catalog.awaitReady(NAME, PATIENCE);
    assertThat(catalog.serving(LATEST).code().sha256()).isEqualTo(BlobStore.sha256(SECOND));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void functionsServeAfterARestartAsBefore() throws IOException {
    create(FIRST);
    FunctionConfig before = catalog.require(NAME);
    restart();
    assertThat(catalog.serving(LATEST)).isEqualTo(before);
    assertThat(code.unpacked(before.code()).resolve("a.py")).hasContent("1");
  }

  @Test
  void aCreationThatACrashCutShortIsFinishedAtTheNextStart() throws IOException {
    create(FIRST);
    store.put(catalog.require(NAME).withLifecycle(Lifecycle.creating()));
    Files.delete(code.unpacked(catalog.require(NAME).code()).resolve("a.py"));
    Files.delete(code.unpacked(catalog.require(NAME).code()));
    restart();
    catalog.awaitReady(NAME, PATIENCE);
    assertThat(catalog.serving(LATEST).lifecycle()).isEqualTo(Lifecycle.active());
    assertThat(code.unpacked(catalog.require(NAME).code()).resolve("a.py")).hasContent("1");
  }

  @Test
  void aFunctionServesAtOnceWhenACrashCutItsUpdateShort() throws IOException {
    create(FIRST);
    store.put(catalog.require(NAME).withLifecycle(Lifecycle.active().updating()));
    restart();
    assertThat(catalog.serving(LATEST).name()).isEqualTo(NAME);
    catalog.awaitReady(NAME, PATIENCE);
    assertThat(catalog.require(NAME).lifecycle()).isEqualTo(Lifecycle.active());
  }

  @Test
  void codeThatIsLostMakesAFunctionFailInsteadOfHangingPending() throws IOException {
    create(FIRST);
    FunctionConfig config = catalog.require(NAME);
    store.put(config.withLifecycle(Lifecycle.creating()));
    stop();
    Files.delete(folder.resolve("code").resolve(config.code().sha256()).resolve("a.py"));
    Files.delete(folder.resolve("code").resolve(config.code().sha256()));
    Files.delete(folder.resolve("blobs").resolve(config.code().sha256()));
    start();
    catalog.awaitReady(NAME, PATIENCE);
    assertThat(catalog.require(NAME).lifecycle().state()).isEqualTo(Lifecycle.State.FAILED);
    assertRefused(
        ErrorCode.CONFLICT, () -> catalog.serving(LATEST), "in the following state: Failed");
  }

  @Test
  void codeThatNobodyUsesIsRemovedAtTheStart() throws IOException {
    create(FIRST);
    code.keep(SECOND);
    code.unpack(code.inspect(SECOND));
    Files.createDirectories(folder.resolve("code/abc.part/sub"));
    restart();
    assertThat(codeOnDisk()).containsExactly(BlobStore.sha256(FIRST));
    assertThat(folder.resolve("blobs").toFile().list()).containsExactly(BlobStore.sha256(FIRST));
  }

  @Test
  void codeBeyondTheAccountsStorageIsRefused() throws IOException {
    create(FIRST);
    FunctionConfig config = catalog.require(NAME);
    store.put(
        config.withCode(
            new FunctionConfig.CodeReference(
                config.code().sha256(), DataSize.ofMegabytes(75 * 1024).bytes(), 0)));
    restart();
    assertRefused(
        ErrorCode.CODE_STORAGE_EXCEEDED,
        () -> catalog.create(deployment(new FunctionName("other"), Map.of()), SECOND),
        "Code storage limit exceeded");
    // Its own code is replaced, so that this makes room.
    catalog.updateCode(NAME, SECOND, Optional.empty());
    catalog.awaitReady(NAME, PATIENCE);
    catalog.create(deployment(new FunctionName("other"), Map.of()), SECOND);
  }

  @Test
  void aZipOverFiftyMegabytesIsRefused() {
    assertRefused(
        ErrorCode.REQUEST_TOO_LARGE,
        () -> create(new byte[50 * 1024 * 1024 + 1]),
        "Zipped size must be smaller than 52428800 bytes");
  }

  @Test
  void aDeletedFunctionIsGoneForGood() throws IOException {
    create(FIRST);
    catalog.delete(NAME);
    assertThat(catalog.find(NAME)).isEmpty();
    assertRefused(ErrorCode.NOT_FOUND, () -> catalog.serving(LATEST));
    restart();
    assertThat(catalog.list()).isEmpty();
  }

  @Test
  void environmentsKeepLambdasRules() {
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> EnvironmentRules.check(Map.of("A", "x".repeat(4096))),
        "exceeded the 4KB limit. Bytes measured: 4097");
    EnvironmentRules.check(Map.of("A", "x".repeat(4095)));
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> EnvironmentRules.check(Map.of("AWS_REGION", "", "_HANDLER", "", "OK", "")),
        "Reserved keys used in this request: AWS_REGION, _HANDLER");
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> EnvironmentRules.check(Map.of("A", "x\0y")),
        "variable A holds a NUL");
  }

  @Test
  void aUrlIsMadeOnceKeepsItsIdAndGoesWithItsFunction() throws IOException {
    create(FIRST);
    FunctionUrl url =
        urls.create(
            NAME,
            Optional.empty(),
            FunctionUrl.AuthType.NONE,
            Optional.empty(),
            FunctionUrl.InvokeMode.BUFFERED);
    assertThat(url.id()).matches("[a-z0-9]{32}");
    assertThat(urls.byId(url.id())).contains(url);
    assertRefused(
        ErrorCode.CONFLICT,
        () ->
            urls.create(
                NAME,
                Optional.empty(),
                FunctionUrl.AuthType.NONE,
                Optional.empty(),
                FunctionUrl.InvokeMode.BUFFERED),
        "FunctionUrlConfig exists");
    FunctionUrl changed =
        urls.update(
            NAME,
            Optional.empty(),
            Optional.of(FunctionUrl.AuthType.AWS_IAM),
            Optional.empty(),
            Optional.empty());
    assertThat(changed.id()).isEqualTo(url.id());
    restart();
    assertThat(urls.byId(url.id())).contains(changed);
    catalog.delete(NAME);
    urls.forget(NAME);
    assertThat(urls.byId(url.id())).isEmpty();
    assertRefused(ErrorCode.NOT_FOUND, () -> urls.require(NAME, Optional.empty()));
    restart();
    assertThat(urls.byId(url.id())).isEmpty();
  }

  @Test
  void aUrlNeedsItsFunction() {
    assertRefused(
        ErrorCode.NOT_FOUND,
        () ->
            urls.create(
                NAME,
                Optional.empty(),
                FunctionUrl.AuthType.NONE,
                Optional.empty(),
                FunctionUrl.InvokeMode.BUFFERED));
  }

  @Test
  void aUrlThatWasMadeWhileItsFunctionWasDeletedDoesNotComeBack() throws IOException {
    create(FIRST);
    FunctionUrl url =
        urls.create(
            NAME,
            Optional.empty(),
            FunctionUrl.AuthType.NONE,
            Optional.empty(),
            FunctionUrl.InvokeMode.BUFFERED);
    catalog.delete(NAME);
    // Stored after the deletion had removed the function's rows.
    store.put(url);
    urls.forget(NAME);
    restart();
    assertThat(urls.byId(url.id())).isEmpty();
  }
}
