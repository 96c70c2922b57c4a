package io.mayfly.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.aws.Credentials.AccessKey;
import io.mayfly.model.Account;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestAccessKeys {
  private static final Account OWN = new Account("000000000000", "us-east-1");

  @TempDir private Path folder;
  private StoreFile.Opened opened;
  private AccessKeys keys;

  @BeforeEach
  void open() {
    open((byte) 0);
  }

  private void open(byte platformKey) {
    opened = new StoreFile(folder.resolve("mayfly.db")).open();
    byte[] key = new byte[Sessions.KEY_BYTES];
    key[0] = platformKey;
    keys =
        new AccessKeys(
            OWN,
            "AKIAOWNER",
            "owner's secret",
            opened.keys(),
            key,
            new SecureRandom(),
            InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z")));
  }

  @AfterEach
  void close() {
    opened.close();
  }

  @Test
  void aPairIsFoundAfterARestartWithTheSameSecretUntilItIsRemoved() {
    AccessKeys.Created made = keys.create("222222222222", "for ci");
    String id = made.pair().accessKeyId();
    assertThat(made.toString()).doesNotContain(made.secretAccessKey());

    close();
    open();

    AccessKey found = keys.find(id).orElseThrow();
    assertThat(found.secretKey()).isEqualTo(made.secretAccessKey()).hasSize(40);
    assertThat(found.principal()).isEqualTo("arn:aws:iam::222222222222:root");
    assertThat(found.account()).isEqualTo("222222222222");
    assertThat(keys.list()).containsExactly(made.pair());
    keys.setActive(id, false);
    assertThat(keys.find(id)).isEmpty();
    keys.setActive(id, true);
    assertThat(keys.find(id)).contains(found);
    keys.delete(id);
    assertThat(keys.find(id)).isEmpty();
    close();
    open();
    assertThat(keys.list()).isEmpty();
  }

  @Test
  void anotherPlatformKeyMakesOtherSecrets() {
    AccessKeys.Created made = keys.create("222222222222", "");
    close();
    open((byte) 1);
    assertThat(keys.find(made.pair().accessKeyId()).map(AccessKey::secretKey))
        .isNotEqualTo(Optional.of(made.secretAccessKey()));
  }

  @Test
  void theOwnersPairIsThereAndIsNotChanged() {
    assertThat(keys.find("AKIAOWNER").map(AccessKey::account)).contains(OWN.id());
    assertThatThrownBy(() -> keys.delete("AKIAOWNER")).hasMessageContaining("owner's own key");
    assertThatThrownBy(() -> keys.setActive("AKIAOWNER", false))
        .hasMessageContaining("owner's own key");
  }

  @Test
  void whatIsNoAccountOrTooMuchIsRefused() {
    for (String account :
        new String[] {"", "1", "12345678901x", "1234567890123", "../../../../x"}) {
      assertThatThrownBy(() -> keys.create(account, "")).hasMessageContaining("twelve digits");
    }
    assertThatThrownBy(() -> keys.create("222222222222", "two\nlines"))
        .hasMessageContaining("one line");
    for (int i = 0; i < 100; i++) {
      keys.create("222222222222", "");
    }
    assertThatThrownBy(() -> keys.create("222222222222", ""))
        .hasMessageContaining("AccessKeysPerAccount: 100");
    for (int i = 100; i < 1000; i++) {
      keys.create("%012d".formatted(i / 100), "");
    }
    assertThatThrownBy(() -> keys.create("333333333333", ""))
        .hasMessageContaining("AccessKeys: 1000");
  }
}
