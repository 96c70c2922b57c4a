package io.mayfly.functions;

import static io.mayfly.functions.CatalogHarness.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.CodeSigningConfig;
import io.mayfly.model.CodeSigningConfig.Policy;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.store.SqliteCodeSigningStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCodeSigningConfigs {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final FunctionName OTHER = new FunctionName("other");
  private static final List<String> PROFILES =
      List.of("arn:aws:signer:us-east-1:000000000000:/signing-profiles/me/abc");

  @TempDir Path folder;
  private final Random random = new Random(7);
  private CatalogHarness platform;
  private CodeSigningConfigs configs;

  @BeforeEach
  void start() {
    use(new CatalogHarness(folder));
    platform.create(NAME);
  }

  private void use(CatalogHarness next) {
    platform = next;
    configs =
        new CodeSigningConfigs(
            platform.catalog,
            new SqliteCodeSigningStore(platform.database),
            () -> CatalogHarness.NOW,
            random);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private String create(Policy policy) {
    return configs.create("", PROFILES, policy, Map.of()).arn(CatalogHarness.ACCOUNT);
  }

  private void update(String arn, Policy policy) {
    configs.update(arn, Optional.empty(), Optional.empty(), Optional.of(policy));
  }

  @Test
  void configurationsAreCreatedChangedListedDeletedAndOutliveTheProcess() {
    String arn = create(Policy.WARN);
    String second = create(Policy.ENFORCE);
    assertThat(arn)
        .matches("arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-[a-z0-9]{17}")
        .isNotEqualTo(second);
    update(arn, Policy.ENFORCE);
    configs.update(arn, Optional.of("ours"), Optional.of(List.of("a", "b")), Optional.empty());
    configs.tag(arn, Map.of("team", "x", "stage", ""));
    configs.untag(arn, List.of("stage", "absent"));
    use(platform.restart());
    assertThat(configs.require(arn))
        .isEqualTo(
            new CodeSigningConfig(
                arn.substring(arn.lastIndexOf(':') + 1),
                "ours",
                List.of("a", "b"),
                Policy.ENFORCE,
                Map.of("team", "x"),
                CatalogHarness.NOW));
    assertThat(configs.list()).hasSize(2);
    configs.delete(second);
    use(platform.restart());
    assertThat(configs.list()).containsExactly(configs.require(arn));
    for (String absent : List.of(second, "", arn.replace("us-east-1", "eu-west-1"))) {
      assertRefused(
          () -> configs.require(absent),
          ErrorCode.NOT_FOUND,
          "The Lambda code signing configuration %s can not be found.".formatted(absent));
    }
  }

  @Test
  void whatFunctionsUseIsNotDeletedAndGoesWithThem() {
    String arn = create(Policy.WARN);
    platform.create(OTHER);
    configs.use(NAME, arn);
    configs.use(OTHER, arn);
    use(platform.restart());
    assertThat(configs.users(arn)).containsExactly(OTHER, NAME);
    assertRefused(() -> configs.delete(arn), ErrorCode.CONFLICT, "[other, thumb]");
    configs.stopUse(OTHER);
    configs.stopUse(OTHER);
    assertThat(configs.of(OTHER)).isEmpty();
    assertThat(configs.of(NAME)).contains(configs.require(arn));
    platform.catalog.delete(NAME);
    configs.forget(NAME);
    platform.create(NAME);
    assertThat(configs.of(NAME)).isEmpty();
    use(platform.restart());
    assertThat(configs.users(arn)).isEmpty();
    configs.delete(arn);
  }

  @Test
  void unsignedCodeIsDeployedWithAWarningAndRefusedWhereThatIsEnforced() {
    String arn = create(Policy.WARN);
    configs.admit(NAME);
    configs.use(NAME, arn);
    configs.admit(NAME);
    update(arn, Policy.ENFORCE);
    use(platform.restart());
    String refusal = "Lambda cannot deploy the function.";
    assertRefused(() -> configs.admit(NAME), ErrorCode.CODE_VERIFICATION_FAILED, refusal);
    assertRefused(
        () -> configs.create(OTHER, arn, () -> platform.create(OTHER)),
        ErrorCode.CODE_VERIFICATION_FAILED,
        refusal);
    assertThat(platform.catalog.find(OTHER)).isEmpty();
    update(arn, Policy.WARN);
    configs.create(OTHER, arn, () -> platform.create(OTHER));
    assertThat(configs.users(arn)).containsExactly(OTHER, NAME);
    update(arn, Policy.ENFORCE);
    configs.stopUse(NAME);
    configs.admit(NAME);
  }

  @Test
  void whatCannotBeIsRefused() {
    String absent =
        "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-00000000000000000";
    assertRefused(
        () -> configs.use(NAME, absent),
        ErrorCode.CODE_SIGNING_CONFIG_NOT_FOUND,
        "Check that the provided configuration is not deleted: " + absent);
    assertRefused(
        () -> configs.create(OTHER, absent, () -> platform.create(OTHER)),
        ErrorCode.CODE_SIGNING_CONFIG_NOT_FOUND,
        absent);
    assertThat(platform.catalog.find(OTHER)).isEmpty();
    String arn = create(Policy.WARN);
    assertRefused(() -> configs.use(OTHER, arn), ErrorCode.NOT_FOUND, "Function not found");
    assertRefused(() -> configs.of(OTHER), ErrorCode.NOT_FOUND, "Function not found");
    assertRefused(() -> configs.stopUse(OTHER), ErrorCode.NOT_FOUND, "Function not found");
    assertThat(configs.users(arn)).isEmpty();
    Map<String, String> tooMany =
        IntStream.range(0, 51).boxed().collect(Collectors.toMap(n -> "k" + n, n -> ""));
    assertRefused(() -> configs.tag(arn, tooMany), ErrorCode.INVALID_PARAMETER, "Number of tags");
    assertRefused(
        () -> configs.create("", PROFILES, Policy.WARN, tooMany),
        ErrorCode.INVALID_PARAMETER,
        "Number of tags");
    assertThat(configs.list()).hasSize(1);
  }
}
