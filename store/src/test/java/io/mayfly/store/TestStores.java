package io.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.Lifecycle;
import io.mayfly.model.MayflyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blobs, functions and keys on the disk. */
class TestStores {
  private static final FunctionName NAME = new FunctionName("thumb");

  @TempDir Path folder;

  private static FunctionConfig function(Lifecycle lifecycle) {
    return function(lifecycle, true);
  }

  private static FunctionConfig function(Lifecycle lifecycle, boolean perTenant) {
    return new FunctionConfig(
        FunctionVersion.latest(NAME),
        new FunctionSettings(
            "ünïcode \"quoted\"",
            "python3.12",
            "app.handler",
            "arn:aws:iam::000000000000:role/any",
            Duration.ofMinutes(15),
            DataSize.ofMegabytes(10_240),
            DataSize.ofMegabytes(512),
            Map.of("A", "1", "B", "line\nbreak")),
        new FunctionConfig.CodeReference("ab".repeat(32), 12_345, 0),
        lifecycle,
        "6e0c9f0a",
        Instant.parse("2026-03-01T12:00:00.123456789Z"),
        perTenant);
  }

  private static FunctionUrl url(Optional<FunctionUrl.Cors> cors) {
    Instant now = Instant.parse("2026-03-01T12:00:00.5Z");
    return new FunctionUrl(
        NAME,
        Optional.empty(),
        "a".repeat(32),
        FunctionUrl.AuthType.AWS_IAM,
        cors,
        FunctionUrl.InvokeMode.BUFFERED,
        now,
        now.plusSeconds(1));
  }

  @Test
  void functionsAndUrlsComeBackAsTheyWere() {
    FunctionConfig active = function(Lifecycle.active());
    FunctionUrl.Cors cors =
        new FunctionUrl.Cors(
            Optional.of(true),
            List.of("x-a"),
            List.of("GET", "POST"),
            List.of("https://example.com"),
            List.of(),
            Optional.of(Duration.ofDays(1)));
    try (Database database = Database.open(folder.resolve("db"))) {
      FunctionStore store = new SqliteFunctionStore(database);
      for (Lifecycle lifecycle :
          List.of(
              Lifecycle.creating(),
              Lifecycle.failed("InternalError", "why"),
              Lifecycle.active().updating(),
              Lifecycle.active().updateFailed("InternalError", "why"))) {
        store.put(function(lifecycle));
        assertThat(store.versions()).containsExactly(function(lifecycle));
      }
      store.put(active);
      store.put(url(Optional.empty()));
      assertThat(store.urls()).containsExactly(url(Optional.empty()));
      store.put(url(Optional.of(cors)));
    }
    try (Database database = Database.open(folder.resolve("db"))) {
      FunctionStore store = new SqliteFunctionStore(database);
      assertThat(store.versions()).containsExactly(active);
      assertThat(store.urls()).containsExactly(url(Optional.of(cors)));
      store.removeUrl(NAME, "$LATEST");
      assertThat(store.urls()).isEmpty();
      store.put(url(Optional.empty()));
      store.remove(NAME);
      assertThat(store.versions()).isEmpty();
      assertThat(store.urls()).as("a function takes its URL along").isEmpty();
    }
  }

  @Test
  void tagsComeAndGoWithTheirFunction() {
    FunctionName other = new FunctionName("other");
    try (Database database = Database.open(folder.resolve("db"))) {
      FunctionStore store = new SqliteFunctionStore(database);
      store.create(function(Lifecycle.creating()), Map.of("team", "x", "ünï", ""));
      store.tag(NAME, Map.of("team", "y", "cost", "1"));
      store.untag(NAME, List.of("ünï", "absent"));
      store.tag(other, Map.of("of", "nobody"));
    }
    try (Database database = Database.open(folder.resolve("db"))) {
      FunctionStore store = new SqliteFunctionStore(database);
      assertThat(store.tags(NAME)).containsOnly(Map.entry("team", "y"), Map.entry("cost", "1"));
      assertThat(store.tags(other)).as("a function that is not there keeps none").isEmpty();
      store.remove(NAME);
      assertThat(store.tags(NAME)).isEmpty();
    }
  }

  @Test
  void functionsOfAPlatformThatKnewNoVersionsBecomeTheirLatest() throws Exception {
    Path file = folder.resolve("db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("create table function (name text primary key, document text not null)");
      statement.execute(
          "create table function_url (function text primary key, document text not null)");
      statement.execute(
          "create table reserved_concurrency (function text primary key, calls integer not null)");
      statement.execute("pragma user_version = 2");
      statement.execute(
          "insert into function values ('thumb', '"
              + """
              {"name":{"value":"thumb"},"description":"ünïcode \\"quoted\\"","runtime":"python3.12",\
              "handler":"app.handler","role":"arn:aws:iam::000000000000:role/any","timeout":"PT15M",\
              "memory":{"bytes":10737418240},"ephemeralStorage":{"bytes":536870912},\
              "environment":{"A":"1","B":"line\\nbreak"},"tags":{"team":"x"},\
              "code":{"sha256":"%s","zippedBytes":12345},\
              "lifecycle":{"state":"ACTIVE","stateReason":null,"update":"SUCCESSFUL","updateReason":null},\
              "revisionId":"6e0c9f0a","lastModified":"2026-03-01T12:00:00.123456789Z"}"""
                  .formatted("ab".repeat(32))
              + "')");
      statement.execute(
          "insert into function_url values ('thumb', '"
              + """
              {"function":{"value":"thumb"},"id":"%s","authType":"AWS_IAM","cors":null,\
              "invokeMode":"BUFFERED","created":"2026-03-01T12:00:00.5Z",\
              "lastModified":"2026-03-01T12:00:01.5Z"}"""
                  .formatted("a".repeat(32))
              + "')");
    }
    try (Database database = Database.open(file)) {
      FunctionStore store = new SqliteFunctionStore(database);
      assertThat(store.versions()).containsExactly(function(Lifecycle.active(), false));
      assertThat(store.tags(NAME)).containsExactly(Map.entry("team", "x"));
      assertThat(store.urls()).containsExactly(url(Optional.empty()));
    }
  }

  @Test
  void documentsOfEventBusesAreKeptByKindAndKey() {
    Path file = folder.resolve("mayfly.db");
    try (Database database = Database.open(file)) {
      EventBusStore store = new SqliteEventBusStore(database);
      store.put(EventBusStore.Kind.RULE, "b/two", "2");
      store.put(EventBusStore.Kind.RULE, "b/one", "1");
      store.put(EventBusStore.Kind.BUS, "b/one", "bus");
      store.put(EventBusStore.Kind.RULE, "b/two", "two");
    }
    try (Database database = Database.open(file)) {
      EventBusStore store = new SqliteEventBusStore(database);
      assertThat(store.documents(EventBusStore.Kind.RULE)).containsExactly("1", "two");
      store.remove(EventBusStore.Kind.RULE, "b/one");
      assertThat(store.documents(EventBusStore.Kind.RULE)).containsExactly("two");
      assertThat(store.documents(EventBusStore.Kind.BUS)).containsExactly("bus");
      assertThat(store.documents(EventBusStore.Kind.REPLAY)).isEmpty();
    }
  }

  @Test
  void equalContentIsKeptOnceUnderItsHash() throws IOException {
    BlobStore blobs = new BlobStore(folder);
    byte[] content = "hello".getBytes(StandardCharsets.UTF_8);
    String hash = blobs.put(content);
    assertThat(hash).isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assertThat(blobs.put(content)).isEqualTo(hash);
    assertThat(blobs.hashes()).containsExactly(hash);
    assertThat(blobs.path(hash)).hasBinaryContent(content);
    blobs.remove(hash);
    blobs.remove(hash);
    assertThat(blobs.hashes()).isEmpty();
  }

  @Test
  void whatACrashLeftHalfWrittenIsRemoved() throws IOException {
    Files.writeString(folder.resolve("abc.1.part"), "half");
    assertThat(new BlobStore(folder).hashes()).isEmpty();
  }

  @Test
  void aFullDiskKeepsNoHalfBlob() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 1)) {
      BlobStore blobs = new BlobStore(disk.folder());
      assertThatThrownBy(() -> blobs.put(new byte[2 * 1024 * 1024]))
          .isInstanceOf(MayflyException.class)
          .hasMessageContaining("is the disk full?");
      assertThat(blobs.hashes()).isEmpty();
      assertThat(blobs.put(new byte[10])).hasSize(64);
    }
  }

  @Test
  void theOwnersKeysAreMadeOnceAndOnlyTheOwnerCanReadThem() throws IOException {
    Path file = folder.resolve("credentials");
    assertThat(CredentialFile.read(file)).isEmpty();
    CredentialFile made = CredentialFile.readOrCreate(file, new SecureRandom());
    assertThat(made.accessKeyId()).matches("AKIA[A-Z2-7]{16}");
    assertThat(made.secretAccessKey()).hasSize(40);
    assertThat(made.toString()).doesNotContain(made.secretAccessKey());
    assertThat(CredentialFile.readOrCreate(file, new SecureRandom())).isEqualTo(made);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(folder.toFile().list()).containsExactly("credentials");
  }

  @Test
  void aSecretWithBackslashesAndEqualsSignsIsReadAsItWasWritten() {
    Path file = folder.resolve("credentials");
    CredentialFile given = new CredentialFile("AKIDEXAMPLE", "a\\b=c#d:e==");
    given.write(file);
    assertThat(CredentialFile.read(file)).contains(given);
  }

  @Test
  void aCredentialsFileWithoutKeysIsRefusedWithWhatToDo() throws IOException {
    Path file = Files.writeString(folder.resolve("credentials"), "[default]\n");
    assertThatThrownBy(() -> CredentialFile.read(file))
        .isInstanceOf(MayflyException.class)
        .hasMessageContaining("remove it to get a new pair");
  }

  @Test
  void schedulesAndTheirGroupsComeBackAndGoTogether() {
    Path file = folder.resolve("mayfly.db");
    try (Database database = Database.open(file)) {
      ScheduleStore store = new SqliteScheduleStore(database);
      store.put(ScheduleStore.Kind.GROUP, "own", "a group");
      store.put(ScheduleStore.Kind.SCHEDULE, "own/b", "b");
      store.put(ScheduleStore.Kind.SCHEDULE, "own/a", "a");
      store.put(ScheduleStore.Kind.SCHEDULE, "own/a", "another a");
      store.put(ScheduleStore.Kind.SCHEDULE, "default/c", "c");
    }
    try (Database database = Database.open(file)) {
      ScheduleStore store = new SqliteScheduleStore(database);
      assertThat(store.documents(ScheduleStore.Kind.GROUP)).containsExactly("a group");
      assertThat(store.documents(ScheduleStore.Kind.SCHEDULE))
          .containsExactly("c", "another a", "b");
      store.removeGroup("own", List.of("own/a", "own/b"));
      store.remove(ScheduleStore.Kind.SCHEDULE, "none");
      assertThat(store.documents(ScheduleStore.Kind.GROUP)).isEmpty();
      assertThat(store.documents(ScheduleStore.Kind.SCHEDULE)).containsExactly("c");
    }
  }
}
