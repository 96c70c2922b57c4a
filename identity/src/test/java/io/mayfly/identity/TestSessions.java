package io.mayfly.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.identity.Sessions.Session;
import io.mayfly.model.Account;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TestSessions {
  private static final Account ACCOUNT = new Account("000000000000", "us-east-1");
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-03-01T12:00:00.5Z"));
  private final SecureRandom random = new SecureRandom();

  private Sessions sessions(int key) {
    byte[] bytes = new byte[Sessions.KEY_BYTES];
    bytes[0] = (byte) key;
    return new Sessions(ACCOUNT, bytes, random, now::get);
  }

  @Test
  void aTokenIsWhatItStandsForUntilItIsOverAndAfterARestart() {
    Session made = sessions(1).ofRole("thumb", "AROA1", "me", Duration.ofHours(1));
    assertThat(made.accessKeyId()).matches("ASIA[A-Z2-7]{16}");
    assertThat(made.secretKey()).hasSize(40);
    assertThat(made.principal()).isEqualTo("arn:aws:sts::000000000000:assumed-role/thumb/me");
    assertThat(made.userId()).isEqualTo("AROA1:me");
    assertThat(sessions(1).open(made.accessKeyId(), made.token())).contains(made);
    assertThat(made.toString()).doesNotContain(made.secretKey(), made.token());

    now.set(now.get().plus(Duration.ofMinutes(59)));
    assertThat(sessions(1).key(made.accessKeyId(), made.token())).isPresent();
    now.set(now.get().plus(Duration.ofMinutes(1)));
    assertThatThrownBy(() -> sessions(1).open(made.accessKeyId(), made.token()))
        .hasMessage("The security token included in the request is expired");
  }

  @Test
  void everySessionHasKeysOfItsOwn() {
    Sessions sessions = sessions(1);
    Session one = sessions.ofRole("thumb", "AROA1", "me", Duration.ofHours(1));
    Session other = sessions.ofRole("thumb", "AROA1", "me", Duration.ofHours(1));
    assertThat(one.accessKeyId()).isNotEqualTo(other.accessKeyId());
    assertThat(one.secretKey()).isNotEqualTo(other.secretKey());
    assertThat(sessions.open(one.accessKeyId(), other.token())).isEmpty();
  }

  @Test
  void whatAnotherKeySealedOrSomebodyChangedIsNoToken() {
    Session made = sessions(1).ofOwner(Duration.ofHours(1));
    assertThat(sessions(2).open(made.accessKeyId(), made.token())).isEmpty();
    byte[] token = Base64.getDecoder().decode(made.token());
    for (int i = 0; i < token.length; i++) {
      byte[] changed = token.clone();
      changed[i] ^= 1;
      String text = Base64.getEncoder().encodeToString(changed);
      assertThat(sessions(1).open(made.accessKeyId(), text)).isEmpty();
    }
    for (String nonsense : new String[] {"", "x", "%%%%", "AAAA", "A".repeat(100_000)}) {
      assertThat(sessions(1).open(made.accessKeyId(), nonsense)).isEmpty();
    }
  }
}
