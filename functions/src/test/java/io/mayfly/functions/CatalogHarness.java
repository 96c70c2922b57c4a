package io.mayfly.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mayfly.model.Account;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.MayflyException;
import io.mayfly.store.BlobStore;
import io.mayfly.store.Database;
import io.mayfly.store.FunctionStore;
import io.mayfly.store.SqliteFunctionStore;
import io.mayfly.store.SqliteLayerStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A catalogue with its store on a disk, which can be started again. */
final class CatalogHarness implements AutoCloseable {
  static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path folder;
  final CodeStore code;
  final Database database;
  final FunctionStore store;
  final Layers layers;
  final FunctionCatalog catalog;

  CatalogHarness(Path folder) {
    this.folder = folder;
    try {
      code =
          new CodeStore(
              new BlobStore(Files.createDirectories(folder.resolve("blobs"))),
              Files.createDirectories(folder.resolve("code")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    database = Database.open(folder.resolve("db"));
    store = new SqliteFunctionStore(database);
    layers = new Layers(ACCOUNT, new SqliteLayerStore(database), code, () -> NOW);
    catalog = new FunctionCatalog(ACCOUNT, store, code, layers, runtime -> {}, () -> NOW);
    catalog.retireInstancesWith(version -> CompletableFuture.completedFuture(null));
  }

  /** What the next process finds. */
  CatalogHarness restart() {
    close();
    return new CatalogHarness(folder);
  }

  FunctionConfig create(FunctionName name) {
    return create(name, Map.of());
  }

  FunctionConfig create(FunctionName name, Map<String, String> tags) {
    byte[] zip = new ZipBytes().file("a.py", name.value()).bytes();
    catalog.create(new Deployment(name, settings(), tags), zip);
    catalog.awaitReady(name, PATIENCE);
    return catalog.require(name);
  }

  static FunctionSettings settings() {
    return new FunctionSettings(
        "",
        "python3.12",
        "a.handler",
        "arn:aws:iam::000000000000:role/any",
        Deployment.DEFAULT_TIMEOUT,
        Deployment.DEFAULT_MEMORY,
        Deployment.DEFAULT_STORAGE,
        Map.of());
  }

  static void assertRefused(ThrowingCallable action, ErrorCode code, String message) {
    MayflyException refusal = catchThrowableOfType(MayflyException.class, action);
    assertThat(refusal).hasMessageContaining(message);
    assertThat(refusal.code()).isEqualTo(code);
  }

  @Override
  public void close() {
    catalog.close();
    database.close();
  }
}
