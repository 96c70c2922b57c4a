package io.mayfly.functions;

import static io.mayfly.functions.CatalogHarness.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionUrl;
import io.mayfly.model.FunctionUrl.AuthType;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestAliasUrls {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final Optional<String> FUNCTION = Optional.empty();
  private static final Optional<String> PROD = Optional.of("prod");

  @TempDir Path folder;
  private CatalogHarness platform;
  private Aliases aliases;
  private FunctionUrls urls;

  @BeforeEach
  void start() {
    use(new CatalogHarness(folder));
    platform.create(NAME);
    aliases.create(NAME, "prod", "$LATEST", "", Map.of());
  }

  private void use(CatalogHarness next) {
    platform = next;
    aliases = new Aliases(platform.catalog, platform.store, () -> 0);
    urls =
        new FunctionUrls(
            platform.catalog,
            aliases,
            platform.store,
            () -> CatalogHarness.NOW,
            new SecureRandom());
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private FunctionUrl create(Optional<String> alias) {
    return urls.create(
        NAME, alias, AuthType.NONE, Optional.empty(), FunctionUrl.InvokeMode.BUFFERED);
  }

  @Test
  void functionsAndAliasesHaveUrlsOfTheirOwn() {
    FunctionUrl own = create(FUNCTION);
    FunctionUrl prod = create(PROD);
    assertThat(prod.id()).isNotEqualTo(own.id());
    assertRefused(
        () -> create(PROD),
        ErrorCode.CONFLICT,
        "FunctionUrlConfig exists for this Lambda function: arn:aws:lambda:us-east-1:000000000000:function:thumb:prod");
    FunctionUrl closed =
        urls.update(NAME, PROD, Optional.of(AuthType.AWS_IAM), Optional.empty(), Optional.empty());
    use(platform.restart());
    assertThat(urls.list(NAME)).containsExactly(own, closed);
    assertThat(urls.byId(prod.id())).contains(closed);
    urls.delete(NAME, FUNCTION);
    use(platform.restart());
    assertThat(urls.byId(own.id())).isEmpty();
    assertThat(urls.list(NAME)).containsExactly(closed);
    assertRefused(() -> create(Optional.of("beta")), ErrorCode.NOT_FOUND, "Cannot find alias arn");
  }

  @Test
  void aUrlGoesWithItsAlias() {
    FunctionUrl own = create(FUNCTION);
    FunctionUrl prod = create(PROD);
    aliases.delete(NAME, "prod");
    urls.forget(NAME, "prod");
    assertThat(urls.byId(prod.id())).isEmpty();
    assertThat(platform.store.urls()).containsExactly(own);
    platform.catalog.delete(NAME);
    urls.forget(NAME);
    assertThat(urls.byId(own.id())).isEmpty();
    assertThat(platform.store.urls()).isEmpty();
  }

  @Test
  void policiesOfAnAliasDecideAboutItsUrlAlone() {
    FunctionPolicies policies = new FunctionPolicies(platform.catalog, aliases, platform.store);
    policies.add(
        NAME,
        PROD,
        new Permission(
            "one",
            "lambda:InvokeFunctionUrl",
            "123456789012",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of("AWS_IAM"),
            Optional.empty()),
        Optional.empty());
    assertThat(policies.everybodyMayCallUrl(NAME, PROD)).isFalse();
    assertThat(policies.everybodyMayCallUrl(NAME, FUNCTION)).isTrue();
    policies.forget(NAME, "prod");
    assertThat(policies.everybodyMayCallUrl(NAME, PROD)).isTrue();
  }
}
