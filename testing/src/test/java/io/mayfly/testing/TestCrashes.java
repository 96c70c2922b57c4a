package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The platform is killed at its n-th change of a file, for n over everything that a deployment and
 * its removal write: what had been answered is there after the next start, what had not is there
 * wholly or not at all, everything goes on from there, and in the end nothing is left.
 *
 * <p>A few n in every run; {@code -Dmayfly.crashes=1000} takes so many, or every one if there are
 * fewer.
 */
final class TestCrashes {
  private static final int CRASHES = Integer.getInteger("mayfly.crashes", 6);
  private static final String FUNCTIONS = "/2015-03-31/functions";
  private static final String FUNCTION = FUNCTIONS + "/f";
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";
  private static final String TRUST =
      "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A"
          + "%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";

  /** A request that changes something, or shows something. */
  private record Call(String service, String method, String path, String body) {
    static Call lambda(String method, String path, String body) {
      return new Call("lambda", method, path, body.replace('\'', '"'));
    }

    static Call show(String path) {
      return lambda("GET", path, "");
    }

    static Call iam(String action) {
      return new Call("iam", "POST", "/", "Version=2010-05-08&Action=" + action);
    }
  }

  private static String zip(String program) {
    return Base64.getEncoder().encodeToString(Custom.program("#!/bin/sh\n" + program));
  }

  private static final List<Call> CHANGES =
      List.of(
          Call.lambda(
              "POST",
              FUNCTIONS,
              "{'FunctionName':'f','Runtime':'provided.al2023','Handler':'x','Role':'arn:aws:iam::000000000000:role/r','Code':{'ZipFile':'%s'}}"
                  .formatted(zip("one"))),
          Call.lambda("POST", "/2017-03-31/tags/" + ARN.replace(":", "%3A"), "{'Tags':{'a':'b'}}"),
          Call.lambda("PUT", FUNCTION + "/configuration", "{'Timeout':9}"),
          Call.lambda("POST", FUNCTION + "/versions", "{}"),
          Call.lambda("PUT", FUNCTION + "/code", "{'ZipFile':'%s'}".formatted(zip("two"))),
          Call.lambda("POST", FUNCTION + "/versions", "{}"),
          Call.lambda("POST", FUNCTION + "/aliases", "{'Name':'live','FunctionVersion':'1'}"),
          Call.lambda("PUT", FUNCTION + "/aliases/live", "{'FunctionVersion':'2'}"),
          Call.lambda(
              "POST",
              FUNCTION + "/policy?Qualifier=live",
              "{'StatementId':'s','Action':'lambda:InvokeFunction','Principal':'s3.amazonaws.com'}"),
          Call.lambda(
              "PUT", "/2017-10-31/functions/f/concurrency", "{'ReservedConcurrentExecutions':5}"),
          Call.lambda("POST", "/2021-10-31/functions/f/url", "{'AuthType':'NONE'}"),
          Call.lambda(
              "PUT", "/2019-09-25/functions/f/event-invoke-config", "{'MaximumRetryAttempts':1}"),
          Call.lambda(
              "POST",
              "/2018-10-31/layers/l/versions",
              "{'Content':{'ZipFile':'%s'}}".formatted(zip("layer"))),
          Call.iam("CreateRole&RoleName=r&AssumeRolePolicyDocument=" + TRUST),
          Call.iam("TagRole&RoleName=r&Tags.member.1.Key=a&Tags.member.1.Value=b"),
          new Call("mayfly", "POST", "/_mayfly/keys?description=made", ""),
          Call.lambda("DELETE", FUNCTION + "/policy/s?Qualifier=live", ""),
          Call.lambda("DELETE", FUNCTION + "/aliases/live", ""),
          Call.lambda("DELETE", FUNCTION + "?Qualifier=1", ""),
          Call.lambda("DELETE", "/2018-10-31/layers/l/versions/1", ""),
          Call.iam("DeleteRole&RoleName=r"),
          Call.lambda("DELETE", FUNCTION, ""));

  private static final List<Call> SHOWN =
      List.of(
          Call.show(FUNCTION + "/versions"),
          Call.show("/2017-03-31/tags/" + ARN.replace(":", "%3A")),
          Call.show(FUNCTION + "/aliases"),
          Call.show(FUNCTION + "/policy?Qualifier=live"),
          Call.show("/2019-09-30/functions/f/concurrency"),
          Call.show("/2021-10-31/functions/f/url"),
          Call.show("/2019-09-25/functions/f/event-invoke-config"),
          Call.show("/2018-10-31/layers/l/versions"),
          Call.iam("ListRoles"),
          Call.iam("ListRoleTags&RoleName=r"),
          new Call("mayfly", "GET", "/_mayfly/keys", ""));

  @TempDir Path folder;

  private Mayfly start(Path data, Faults faults) {
    return Mayfly.startOn(data, faults.variables(data), "--isolation", "none", "--spares", "0");
  }

  /** The answer; empty if the platform died. */
  private static Optional<Reply> send(Mayfly mayfly, Call call) {
    try {
      Http http =
          Signing.of(mayfly)
              .service(call.service())
              .request(
                  call.method(),
                  mayfly.endpoint() + call.path(),
                  call.body().getBytes(StandardCharsets.UTF_8));
      if (call.service().equals("iam")) {
        http.header("Content-Type", "application/x-www-form-urlencoded");
      }
      return Optional.of(http.send());
    } catch (UncheckedIOException | IllegalStateException died) {
      return Optional.empty();
    }
  }

  /** Waits until the function, if there is one, can be changed; false if the platform died. */
  private static boolean settled(Mayfly mayfly) {
    boolean[] died = {false};
    Eventually.holds(
        Duration.ofSeconds(30),
        () -> {
          Optional<Reply> found = send(mayfly, Call.show(FUNCTION + "/configuration"));
          died[0] = found.isEmpty();
          return died[0]
              || !(found.get().text().contains("\"Pending\"")
                  || found.get().text().contains("\"InProgress\""));
        });
    return !died[0];
  }

  /** Everything that can be seen, without times, states and what is random. */
  private static String shown(Mayfly mayfly) {
    StringBuilder all = new StringBuilder();
    for (Call call : SHOWN) {
      Reply reply = send(mayfly, call).orElseThrow();
      all.append(call.path()).append(' ').append(reply.status()).append(' ');
      all.append(
              reply
                  .text()
                  .replaceAll(
                      "\"(LastModified|LastModifiedTime|CreationTime|RevisionId|FunctionUrl|CreatedDate|created|accessKeyId|State\\w*|LastUpdate\\w*)\":(\"[^\"]*\"|[0-9.E]+)",
                      "\"$1\":0")
                  .replaceAll("<(CreateDate|RoleId|RequestId)>[^<]*<", "<$1><"))
          .append('\n');
    }
    return all.toString();
  }

  /** Does the changes from one on; how many have been answered when the platform died, or all. */
  private static int change(Mayfly mayfly, int from) {
    for (int done = from; done < CHANGES.size(); done++) {
      Optional<Reply> reply = send(mayfly, CHANGES.get(done));
      if (reply.isEmpty()) {
        return done;
      }
      assertThat(reply.get().status())
          .as("%s: %s", CHANGES.get(done), reply.get().text())
          .isBetween(200, 299);
      if (!settled(mayfly)) {
        return done + 1;
      }
    }
    return CHANGES.size();
  }

  /** Code on the disk: the welcome function's at first. */
  private static List<String> left(Path data) {
    List<String> left = new ArrayList<>();
    for (String name : List.of("blobs", "code")) {
      try (Stream<Path> files = Files.list(data.resolve(name))) {
        files.forEach(file -> left.add(data.relativize(file).toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    left.sort(Comparator.naturalOrder());
    return left;
  }

  @Test
  void whateverIsBeingWrittenTheNextStartHasWhatWasAnsweredAndNoHalves() throws IOException {
    Faults faults = new Faults(folder);
    List<String> after = new ArrayList<>();
    long writes;
    Path first = Files.createDirectory(folder.resolve("first"));
    try (Mayfly mayfly = start(first, faults)) {
      faults.killAt(Long.MAX_VALUE);
      after.add(shown(mayfly));
      for (int done = 0; done < CHANGES.size(); done++) {
        Reply reply = send(mayfly, CHANGES.get(done)).orElseThrow();
        assertThat(reply.status())
            .as("%s: %s", CHANGES.get(done), reply.text())
            .isBetween(200, 299);
        assertThat(settled(mayfly)).isTrue();
        after.add(shown(mayfly));
      }
      writes = faults.changes();
      faults.killAt(0);
    }
    assertThat(writes).isGreaterThan(2L * CHANGES.size());
    long crashes = Math.min(CRASHES, writes);
    for (long crash = 0; crash < crashes; crash++) {
      long at = 1 + (2 * crash + 1) * writes / (2 * crashes);
      Path data = Files.createDirectory(folder.resolve("at-" + at));
      crashAt(at, data, faults, after);
    }
  }

  private void crashAt(long at, Path data, Faults faults, List<String> after) {
    try (Mayfly mayfly = start(data, faults)) {
      List<String> before = left(mayfly.data());
      faults.killAt(at);
      int answered = change(mayfly, 0);
      faults.killAt(0);
      mayfly.kill9();
      mayfly.restart();
      assertThat(settled(mayfly)).isTrue();
      String now = shown(mayfly);
      int next = Math.min(answered + 1, CHANGES.size());
      assertThat(now)
          .as("killed at change %d of a file, after %d answers", at, answered)
          .isIn(after.get(answered), after.get(next));
      int done = now.equals(after.get(answered)) ? answered : next;
      assertThat(change(mayfly, done)).isEqualTo(CHANGES.size());
      assertThat(shown(mayfly)).isEqualTo(after.getLast());
      Eventually.holds(Duration.ofSeconds(10), () -> left(mayfly.data()).equals(before));
    }
  }
}
