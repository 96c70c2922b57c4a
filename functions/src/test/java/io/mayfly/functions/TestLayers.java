package io.mayfly.functions;

import static io.mayfly.functions.CatalogHarness.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.FunctionLayer;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.LayerVersion;
import io.mayfly.model.LayerVersionId;
import io.mayfly.store.SqliteLayerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestLayers {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:layer:";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final byte[] CODE = new ZipBytes().file("a.py", "1").bytes();
  private static final Layers.Description PLAIN =
      new Layers.Description("", List.of(), List.of(), "");

  @TempDir Path folder;
  private CatalogHarness platform;

  @BeforeEach
  void start() {
    platform = new CatalogHarness(folder);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private String publish(String layer, ZipBytes zip) {
    return platform.layers.publish(layer, zip.bytes(), PLAIN).id().arn(CatalogHarness.ACCOUNT);
  }

  private FunctionConfig create(String... layers) {
    platform.catalog.create(
        new Deployment(NAME, CatalogHarness.settings(), Map.of(), List.of(layers)), CODE);
    platform.catalog.awaitReady(NAME, PATIENCE);
    return platform.catalog.serving(FunctionVersion.latest(NAME));
  }

  private FunctionConfig update(String... layers) {
    platform.catalog.updateConfiguration(
        NAME,
        new ConfigurationChange(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(List.of(layers)),
            Optional.empty(),
            Optional.empty(),
            LoggingChange.NONE),
        Optional.empty());
    platform.catalog.awaitReady(NAME, PATIENCE);
    return platform.catalog.serving(FunctionVersion.latest(NAME));
  }

  private Path opt(FunctionConfig config) {
    return platform.code.layers(config.settings().layers()).orElseThrow();
  }

  private List<String> stored() throws IOException {
    try (Stream<Path> unpacked = Files.list(folder.resolve("code"));
        Stream<Path> zips = Files.list(folder.resolve("blobs"))) {
      return Stream.concat(unpacked, zips).map(path -> path.getFileName().toString()).toList();
    }
  }

  @Test
  void versionsAreNumberedListedAndOutliveTheProcess() {
    platform.layers.publish(
        "tools",
        CODE,
        new Layers.Description("first", List.of("python3.12"), List.of("x86_64"), "MIT"));
    publish("tools", new ZipBytes().file("a", "2"));
    publish("other", new ZipBytes().file("a", "3"));
    platform = platform.restart();
    assertThat(platform.layers.list())
        .extracting(version -> version.id().layer() + version.id().number())
        .containsExactly("other1", "tools2", "tools1");
    LayerVersion first = platform.layers.find(new LayerVersionId("tools", 1)).orElseThrow();
    assertThat(first.description()).isEqualTo("first");
    assertThat(first.runtimes()).containsExactly("python3.12");
    assertThat(first.license()).isEqualTo("MIT");
    assertThat(first.code().zippedBytes()).isEqualTo(CODE.length);
    assertThat(first.created()).isEqualTo(CatalogHarness.NOW);

    platform.layers.delete(new LayerVersionId("tools", 2));
    platform.layers.delete(new LayerVersionId("tools", 2));
    platform = platform.restart();
    assertThat(publish("tools", new ZipBytes().file("a", "4"))).isEqualTo(ARN + "tools:3");
  }

  @Test
  void laterLayersLieOnTopOfEarlierOnes() throws IOException {
    String lower =
        publish(
            "lower",
            new ZipBytes()
                .file("python/shared.py", "lower")
                .file("python/lower.py", "lower")
                .file("becomes/a/folder.txt", "lower")
                .file("file", "lower")
                .link("link", "python"));
    String upper =
        publish(
            "upper",
            new ZipBytes()
                .file("python/shared.py", "upper")
                .file("becomes", "a file")
                .file("file/below.txt", "a folder")
                .entry("bin/tool", ZipBytes.PROGRAM, new byte[] {'#'}));
    Path both = opt(create(lower, upper));
    assertThat(both.resolve("python/shared.py")).hasContent("upper");
    assertThat(both.resolve("python/lower.py")).hasContent("lower");
    assertThat(both.resolve("becomes")).hasContent("a file");
    assertThat(both.resolve("file/below.txt")).hasContent("a folder");
    assertThat(both.resolve("bin/tool")).isExecutable();
    assertThat(Files.readSymbolicLink(both.resolve("link"))).isEqualTo(Path.of("python"));
    assertThat(opt(update(upper, lower)).resolve("python/shared.py")).hasContent("lower");
    assertThat(opt(update(upper)).resolve("python/lower.py")).doesNotExist();
    assertThat(update().settings().layers()).isEmpty();
  }

  @Test
  void aLinkOfOneLayerLeadsNoFileOfAnotherAstray() throws IOException {
    String links =
        publish("links", new ZipBytes().file("real/kept.txt", "kept").link("place", "real"));
    String files =
        publish(
            "files", new ZipBytes().file("place/kept.txt", "other").file("real/more.txt", "more"));
    Path both = opt(create(links, files));
    assertThat(both.resolve("real/kept.txt")).hasContent("kept");
    assertThat(Files.isDirectory(both.resolve("place"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(both.resolve("place/kept.txt")).hasContent("other");
  }

  @Test
  void deletedVersionsStayWithTheFunctionsThatHaveThemAndGoWithTheLast() throws IOException {
    String one = publish("one", new ZipBytes().file("a", "1"));
    String two = publish("two", new ZipBytes().file("b", "2"));
    create(one, two);
    platform.layers.delete(new LayerVersionId("one", 1));
    platform.layers.delete(new LayerVersionId("two", 1));
    platform = platform.restart();
    FunctionConfig config = platform.catalog.serving(FunctionVersion.latest(NAME));
    assertThat(opt(config).resolve("a")).hasContent("1");
    assertThat(opt(config).resolve("b")).hasContent("2");
    assertRefused(
        () -> update(one),
        ErrorCode.INVALID_PARAMETER,
        "Layer version " + ARN + "one:1 does not exist.");

    platform.catalog.delete(NAME);
    // Removal runs behind the deletion; the end of the process waits for it.
    platform = platform.restart();
    assertThat(stored()).isEmpty();
  }

  @Test
  void codeStaysAsLongAsALayerOrAFunctionNeedsIt() throws IOException {
    String shared = publish("shared", new ZipBytes().file("a.py", "1"));
    create(shared);
    // Function and layer are the same zip file.
    platform.catalog.delete(NAME);
    platform = platform.restart();
    assertThat(opt(create(shared)).resolve("a.py")).hasContent("1");
    platform.layers.delete(new LayerVersionId("shared", 1));
    assertThat(opt(platform.catalog.require(NAME)).resolve("a.py")).hasContent("1");
    platform.catalog.delete(NAME);
    platform = platform.restart();
    assertThat(stored()).isEmpty();
  }

  @Test
  void aVersionOfAFunctionKeepsItsLayers() {
    String one = publish("tools", new ZipBytes().file("a", "1"));
    String two = publish("tools", new ZipBytes().file("a", "2"));
    create(one);
    FunctionConfig published =
        platform.catalog.publish(NAME, Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(opt(update(two)).resolve("a")).hasContent("2");
    assertThat(opt(platform.catalog.require(published.id())).resolve("a")).hasContent("1");
    assertThat(
            platform
                .catalog
                .publish(NAME, Optional.empty(), Optional.empty(), Optional.empty())
                .id()
                .version())
        .as("layers alone make a version")
        .isEqualTo("2");
  }

  @Test
  void layersThatCannotBeAreRefused() {
    String[] six =
        IntStream.range(0, 6)
            .mapToObj(number -> publish("layer-" + number, new ZipBytes().file("a", "" + number)))
            .toArray(String[]::new);
    assertRefused(
        () -> create(six), ErrorCode.INVALID_PARAMETER, "Cannot reference more than 5 layers.");
    String next = publish("layer-0", new ZipBytes().file("a", "next"));
    assertRefused(
        () -> create(six[0], next),
        ErrorCode.INVALID_PARAMETER,
        "Two different versions of the same layer are not allowed to be referenced in the same function. %slayer-0:1 and %slayer-0:2 are versions of the same layer."
            .formatted(ARN, ARN));
    for (String absent :
        List.of(
            ARN + "absent:1",
            ARN + "layer-0:3",
            ARN.replace("us-east-1", "eu-west-1") + "layer-0:1",
            ARN.replace("000000000000", "123456789012") + "layer-0:1")) {
      assertRefused(
          () -> create(absent),
          ErrorCode.INVALID_PARAMETER,
          "Layer version " + absent + " does not exist.");
    }
    assertThat(platform.catalog.find(NAME)).isEmpty();
    assertThat(create(next).settings().layers()).hasSize(1);
  }

  @Test
  void functionAndLayersHaveTwoHundredAndFiftyMegabytesTogether() {
    LayerVersion large =
        new LayerVersion(
            new LayerVersionId("large", 1),
            "",
            new CodeReference("ab".repeat(32), 1, DataSize.ofMegabytes(250).bytes()),
            List.of(),
            List.of(),
            "",
            CatalogHarness.NOW,
            Optional.empty());
    new SqliteLayerStore(platform.database).publish(large);
    platform = platform.restart();
    String refusal =
        "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes.";
    assertRefused(() -> create(ARN + "large:1"), ErrorCode.INVALID_PARAMETER, refusal);
    create();
    assertRefused(() -> update(ARN + "large:1"), ErrorCode.INVALID_PARAMETER, refusal);
    CodeQuota.check(
        new CodeReference("cd".repeat(32), 1, 0),
        List.of(new FunctionLayer(large.id(), large.code())));
  }

  @Test
  void permissionsOnVersionsAreKeptAndTakenBack() {
    publish("tools", new ZipBytes().file("a", "1"));
    LayerVersionId id = new LayerVersionId("tools", 1);
    String none = "No policy is associated with the given resource.";
    assertRefused(() -> platform.layers.policy(id), ErrorCode.NOT_FOUND, none);
    platform.layers.permit(
        id,
        "account",
        "lambda:GetLayerVersion",
        "123456789012",
        Optional.empty(),
        Optional.empty());
    platform.layers.permit(
        id,
        "org",
        "lambda:GetLayerVersion",
        "*",
        Optional.of("o-a1b2c3d4e5"),
        Optional.of(platform.layers.policy(id).revisionId()));
    platform = platform.restart();
    assertThat(PolicyDocument.of(platform.layers.policy(id)))
        .isEqualTo(
            """
            {"Version":"2012-10-17","Id":"default","Statement":[\
            {"Sid":"account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},\
            "Action":"lambda:GetLayerVersion","Resource":"%1$stools:1"},\
            {"Sid":"org","Effect":"Allow","Principal":"*",\
            "Action":"lambda:GetLayerVersion","Resource":"%1$stools:1",\
            "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}}]}"""
                .formatted(ARN));
    assertRefused(
        () -> platform.layers.forbid(id, "org", Optional.of("another")),
        ErrorCode.PRECONDITION_FAILED,
        "does not match the latest RevisionId");
    platform.layers.forbid(id, "org", Optional.empty());
    platform.layers.forbid(id, "account", Optional.empty());
    assertRefused(() -> platform.layers.policy(id), ErrorCode.NOT_FOUND, none);
    assertRefused(
        () -> platform.layers.policy(new LayerVersionId("tools", 2)),
        ErrorCode.NOT_FOUND,
        "Layer version " + ARN + "tools:2 does not exist.");
  }
}
