package io.mayfly.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mayfly.aws.AwsException;
import io.mayfly.aws.Caller;
import io.mayfly.aws.ServiceModel;
import io.mayfly.meter.FunctionLogs;
import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.FunctionName;
import io.mayfly.model.LogStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The actions over logs that are written, flushed and read from the disk. */
class TestLogsApi {
  private static final FunctionName NAME = new FunctionName("thumb");
  private static final String GROUP = "/aws/lambda/thumb";
  private static final long START = 1_800_000_000_000L;
  private static final Caller CALLER =
      new Caller("arn:aws:iam::000000000000:root", "AKIA", "us-east-1", "id", "localhost");
  private static final LogStream ONE = stream("2027/01/15/[$LATEST]", 1);
  private static final LogStream TWO = stream("2027/01/15/[17]", 2);

  private final AtomicLong now = new AtomicLong(START);
  private final AtomicLong nanos = new AtomicLong();
  private long nanosPerLook;

  @TempDir Path folder;
  private FunctionLogs logs;
  private GroupNames names;

  private static LogStream stream(String start, int number) {
    return LogStream.named(start + "%032x".formatted(number)).orElseThrow();
  }

  @BeforeEach
  void open() {
    logs =
        new FunctionLogs(
            folder, DataSize.ofMegabytes(64), Duration.ZERO, () -> Instant.ofEpochMilli(now.get()));
    names = new GroupNames(new Account("000000000000", "us-east-1"), logs);
  }

  @AfterEach
  void close() {
    logs.close();
  }

  private void write(LogStream stream, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    logs.writer(NAME, stream).write(bytes, 0, bytes.length);
  }

  /** Follows the log until a text has come by. */
  private void await(String text) {
    StringBuilder seen = new StringBuilder();
    try {
      logs.copy(
          NAME,
          true,
          new OutputStream() {
            @Override
            public void write(int one) throws IOException {
              write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
              seen.append(new String(bytes, offset, length, StandardCharsets.UTF_8));
              if (seen.indexOf(text) >= 0) {
                throw new IOException("seen");
              }
            }
          });
    } catch (IOException e) {
      assertThat(e).hasMessage("seen");
    }
  }

  /** A line of each stream in each second. */
  private void writeLines(int count) {
    for (int i = 0; i < count; i++) {
      write(ONE, "one %d\n".formatted(i));
      write(TWO, "two %d\n".formatted(i));
      now.addAndGet(1_000);
    }
    await("two %d\n".formatted(count - 1));
  }

  private static List<String> lines(String word, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> word + " " + i + "\n").toList();
  }

  private static void assertRefused(String code, ThrowingCallable call, String word) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AwsException.class, refusal -> assertThat(refusal.code()).isEqualTo(code))
        .hasMessageContaining(word);
  }

  private GetLogEvents.Output get(
      LogStream stream, Optional<String> token, Optional<Integer> limit, boolean head) {
    return new GetLogEvents(names, logs)
        .handle(
            new GetLogEvents.Input(
                Optional.of(GROUP),
                Optional.empty(),
                stream.name(),
                Optional.empty(),
                Optional.empty(),
                token,
                limit,
                Optional.of(head),
                Optional.empty()),
            CALLER);
  }

  private static List<String> messages(GetLogEvents.Output output) {
    return output.events().stream().map(GetLogEvents.Event::message).toList();
  }

  private FilterLogEvents.Output filter(
      String pattern, Optional<String> token, Optional<Integer> limit) {
    return new FilterLogEvents(names, logs, () -> nanos.getAndAdd(nanosPerLook))
        .handle(
            new FilterLogEvents.Input(
                Optional.of(GROUP),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(pattern),
                token,
                limit,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            CALLER);
  }

  private List<FilterLogEvents.Event> filterAll(String pattern, Optional<Integer> limit) {
    List<FilterLogEvents.Event> all = new ArrayList<>();
    Optional<String> token = Optional.empty();
    do {
      FilterLogEvents.Output page = filter(pattern, token, limit);
      all.addAll(page.events());
      token = page.nextToken();
    } while (token.isPresent());
    return all;
  }

  @Test
  void everyActionFitsTheModel() {
    assertThat(
            LogsApi.service(
                    ServiceModel.bundled("logs-2014-03-28.json"),
                    new Account("000000000000", "us-east-1"),
                    logs,
                    System::nanoTime)
                .model()
                .metadata()
                .signingName())
        .isEqualTo("logs");
  }

  @Test
  void aStreamIsReadForwardToItsEndAndOnAsItGrows() {
    writeLines(25);
    GetLogEvents.Output page = get(ONE, Optional.empty(), Optional.of(10), true);
    assertThat(messages(page)).isEqualTo(lines("one", 0, 10));
    assertThat(page.events().get(3).timestamp()).isEqualTo(START + 3_000);
    page = get(ONE, Optional.of(page.nextForwardToken()), Optional.of(10), true);
    assertThat(messages(page)).isEqualTo(lines("one", 10, 20));
    GetLogEvents.Output back =
        get(ONE, Optional.of(page.nextBackwardToken()), Optional.of(4), true);
    assertThat(messages(back)).isEqualTo(lines("one", 6, 10));
    page = get(ONE, Optional.of(page.nextForwardToken()), Optional.of(10), true);
    assertThat(messages(page)).isEqualTo(lines("one", 20, 25));
    GetLogEvents.Output end = get(ONE, Optional.of(page.nextForwardToken()), Optional.of(10), true);
    assertThat(end.events()).isEmpty();
    assertThat(end.nextForwardToken()).as("the same at the end").isEqualTo(page.nextForwardToken());
    assertThat(messages(get(ONE, Optional.of(end.nextBackwardToken()), Optional.of(2), true)))
        .isEqualTo(lines("one", 23, 25));
    write(ONE, "more\n");
    await("more\n");
    assertThat(messages(get(ONE, Optional.of(end.nextForwardToken()), Optional.of(10), true)))
        .containsExactly("more\n");
  }

  @Test
  void aStreamIsReadBackwardFromItsLatestLines() {
    writeLines(25);
    GetLogEvents.Output page = get(TWO, Optional.empty(), Optional.of(10), false);
    assertThat(messages(page)).isEqualTo(lines("two", 15, 25));
    page = get(TWO, Optional.of(page.nextBackwardToken()), Optional.of(10), false);
    assertThat(messages(page)).isEqualTo(lines("two", 5, 15));
    page = get(TWO, Optional.of(page.nextBackwardToken()), Optional.of(10), false);
    assertThat(messages(page)).isEqualTo(lines("two", 0, 5));
    GetLogEvents.Output start =
        get(TWO, Optional.of(page.nextBackwardToken()), Optional.of(10), false);
    assertThat(start.events()).isEmpty();
    assertThat(start.nextBackwardToken())
        .as("the same at the start")
        .isEqualTo(page.nextBackwardToken());
    assertThat(messages(get(TWO, Optional.of(start.nextForwardToken()), Optional.of(3), false)))
        .isEqualTo(lines("two", 0, 3));
  }

  @Test
  void timesAreFromTheFirstUpToBeforeTheLastOfAStreamAndWithTheLastOfAFilter() {
    writeLines(10);
    GetLogEvents.Output page =
        new GetLogEvents(names, logs)
            .handle(
                new GetLogEvents.Input(
                    Optional.empty(),
                    Optional.of("arn:aws:logs:us-east-1:000000000000:log-group:" + GROUP + ":*"),
                    ONE.name(),
                    Optional.of(START + 2_000),
                    Optional.of(START + 5_000),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()),
                CALLER);
    assertThat(messages(page)).isEqualTo(lines("one", 2, 5));
    FilterLogEvents.Output filtered =
        new FilterLogEvents(names, logs, () -> 0)
            .handle(
                new FilterLogEvents.Input(
                    Optional.of(GROUP),
                    Optional.empty(),
                    List.of(ONE.name()),
                    Optional.empty(),
                    Optional.of(START + 2_000),
                    Optional.of(START + 5_000),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(true),
                    Optional.of(false),
                    Optional.empty()),
                CALLER);
    assertThat(filtered.events().stream().map(FilterLogEvents.Event::message))
        .isEqualTo(lines("one", 2, 6));
  }

  @Test
  void pagesOfAFilterTogetherAreAllThatMatches() {
    writeLines(100);
    List<FilterLogEvents.Event> all = filterAll("", Optional.empty());
    assertThat(all).hasSize(200);
    assertThat(all.stream().map(FilterLogEvents.Event::eventId))
        .doesNotHaveDuplicates()
        .allSatisfy(id -> assertThat(id).matches("[0-9]{56}"));
    for (int limit : new int[] {1, 7, 199, 200, 201}) {
      assertThat(filterAll("", Optional.of(limit))).isEqualTo(all);
    }
    assertThat(filterAll("two", Optional.of(9)).stream().map(FilterLogEvents.Event::message))
        .isEqualTo(lines("two", 0, 100));
    assertThat(filterAll("[word = two, n >= 98]", Optional.of(1)))
        .extracting(FilterLogEvents.Event::message)
        .isEqualTo(lines("two", 98, 100));
  }

  @Test
  void aPageEndsWhenLookingTakesLong() {
    writeLines(100);
    nanosPerLook = Duration.ofMillis(30).toNanos();
    FilterLogEvents.Output page = filter("nowhere", Optional.empty(), Optional.empty());
    assertThat(page.events()).isEmpty();
    assertThat(page.nextToken()).isPresent();
    assertThat(filterAll("two", Optional.empty()).stream().map(FilterLogEvents.Event::message))
        .isEqualTo(lines("two", 0, 100));
    nanosPerLook = Duration.ofHours(1).toNanos();
    assertThat(filterAll("one", Optional.empty())).hasSize(100);
  }

  @Test
  void aPageHoldsTenThousandEventsAndAMegabyteAtMost() {
    write(ONE, "short\n".repeat(10_500));
    String large = "x".repeat(60_000) + "\n";
    for (int i = 0; i < 40; i++) {
      write(TWO, large);
    }
    write(ONE, "end\n");
    await("end\n");
    assertThat(filter("short", Optional.empty(), Optional.empty()).events()).hasSize(10_000);
    assertThat(filterAll("short", Optional.empty())).hasSize(10_500);
    FilterLogEvents.Output page = filter("x", Optional.empty(), Optional.empty());
    assertThat(page.events()).hasSize(1024 * 1024 / (60_001 + 26));
    assertThat(filterAll("x", Optional.empty())).hasSize(40);
    assertThat(get(TWO, Optional.empty(), Optional.empty(), false).events()).hasSize(17);
    assertThat(get(TWO, Optional.empty(), Optional.empty(), true).events()).hasSize(17);
    assertThat(get(ONE, Optional.empty(), Optional.empty(), false).events())
        .hasSize(10_000)
        .last()
        .satisfies(event -> assertThat(event.message()).isEqualTo("end\n"));
  }

  private DescribeLogStreams.Output streams(
      Optional<String> prefix,
      Optional<String> order,
      boolean descending,
      Optional<String> token,
      Optional<Integer> limit) {
    return new DescribeLogStreams(names, logs)
        .handle(
            new DescribeLogStreams.Input(
                Optional.of(GROUP),
                Optional.empty(),
                prefix,
                order,
                Optional.of(descending),
                token,
                limit),
            CALLER);
  }

  @Test
  void streamsAreListedByNameOrByTheirLastLine() {
    List<LogStream> made =
        IntStream.range(0, 60)
            .mapToObj(i -> stream(i % 2 == 0 ? "2027/01/15/[3]" : "2027/01/14/[$LATEST]", i))
            .toList();
    for (LogStream each : made) {
      write(each, "first\n");
      now.addAndGet(1_000);
    }
    write(made.getFirst(), "last\n");
    await("last\n");
    DescribeLogStreams.Output page =
        streams(Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.empty());
    assertThat(page.logStreams()).hasSize(50);
    List<DescribeLogStreams.Stream> all = new ArrayList<>(page.logStreams());
    page = streams(Optional.empty(), Optional.empty(), false, page.nextToken(), Optional.empty());
    assertThat(page.nextToken()).isEmpty();
    all.addAll(page.logStreams());
    assertThat(all.stream().map(DescribeLogStreams.Stream::logStreamName))
        .isSorted()
        .containsExactlyInAnyOrderElementsOf(made.stream().map(LogStream::name).toList());
    DescribeLogStreams.Stream latest =
        streams(
                Optional.empty(),
                Optional.of("LastEventTime"),
                true,
                Optional.empty(),
                Optional.of(1))
            .logStreams()
            .getFirst();
    assertThat(latest)
        .isEqualTo(
            new DescribeLogStreams.Stream(
                made.getFirst().name(),
                START,
                START,
                START + 60_000,
                START + 60_000,
                "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/thumb:log-stream:"
                    + made.getFirst().name(),
                0));
    assertThat(
            streams(
                    Optional.of("2027/01/15"),
                    Optional.empty(),
                    true,
                    Optional.empty(),
                    Optional.empty())
                .logStreams()
                .stream()
                .map(DescribeLogStreams.Stream::logStreamName))
        .hasSize(30)
        .allMatch(name -> name.startsWith("2027/01/15/[3]"))
        .isSortedAccordingTo(Comparator.reverseOrder());
    assertRefused(
        "InvalidParameterException",
        () ->
            streams(
                Optional.of("2027"),
                Optional.of("LastEventTime"),
                false,
                Optional.empty(),
                Optional.empty()),
        "LastEventTime");
  }

  @Test
  void whatIsNotThereIsNamedAsCloudWatchNamesIt() {
    assertRefused(
        "ResourceNotFoundException", () -> filter("", Optional.empty(), Optional.empty()), "group");
    for (String group : List.of("/aws/lambda/", "/aws/lambda/a.b", "mine", "/aws/lambda/thumb/x")) {
      assertRefused("ResourceNotFoundException", () -> names.existing(group), "log group");
    }
    writeLines(1);
    for (String arn :
        List.of(
            "arn:aws:logs:eu-west-1:000000000000:log-group:" + GROUP,
            "arn:aws:logs:us-east-1:111111111111:log-group:" + GROUP,
            "arn:")) {
      assertRefused(
          "ResourceNotFoundException",
          () -> names.existing(Optional.empty(), Optional.of(arn)),
          "log group");
    }
    assertRefused(
        "InvalidParameterException",
        () -> names.existing(Optional.empty(), Optional.empty()),
        "required");
    assertRefused(
        "InvalidParameterException",
        () -> names.existing(Optional.of(GROUP), Optional.of(GROUP)),
        "mutually exclusive");
    assertRefused(
        "ResourceNotFoundException",
        () -> get(stream("2027/01/15/[9]", 9), Optional.empty(), Optional.empty(), true),
        "log stream");
    for (String token :
        List.of("x", "f/1/s", "f/" + "9".repeat(56) + "/s", "c/" + "0".repeat(56) + "/s")) {
      assertRefused(
          "InvalidParameterException",
          () -> get(ONE, Optional.of(token), Optional.empty(), true),
          "nextToken");
      assertRefused(
          "InvalidParameterException",
          () -> filter("", Optional.of(token), Optional.empty()),
          "nextToken");
    }
    String last = "f/" + "0".repeat(37) + "9223372036854775807/s";
    assertThat(get(ONE, Optional.of(last), Optional.empty(), true).nextForwardToken())
        .isEqualTo(last);
  }

  @Test
  void retentionIsOneOfTheValuesThatCloudWatchKnows() throws IOException {
    writeLines(1);
    PutRetentionPolicy put = new PutRetentionPolicy(names, logs);
    assertRefused(
        "InvalidParameterException",
        () -> put.handle(new PutRetentionPolicy.Input(GROUP, 2), CALLER),
        "[1, 3, 5, 7,");
    var _ = put.handle(new PutRetentionPolicy.Input(GROUP, 3), CALLER);
    assertThat(logs.group(NAME).orElseThrow().retentionDays()).contains(3);
    now.addAndGet(Duration.ofDays(3).toMillis());
    assertThat(filterAll("", Optional.empty())).isEmpty();
    var _ =
        new DeleteRetentionPolicy(names, logs)
            .handle(new DeleteRetentionPolicy.Input(GROUP), CALLER);
    assertThat(logs.group(NAME).orElseThrow().retentionDays()).isEmpty();
  }

  @Test
  void groupsAreCreatedOnceListedAndDeleted() throws IOException {
    CreateLogGroup create = new CreateLogGroup(logs);
    var _ = create.handle(new CreateLogGroup.Input(GROUP, Optional.empty()), CALLER);
    assertRefused(
        "ResourceAlreadyExistsException",
        () -> create.handle(new CreateLogGroup.Input(GROUP, Optional.of("STANDARD")), CALLER),
        "already exists");
    assertRefused(
        "InvalidParameterException",
        () -> create.handle(new CreateLogGroup.Input("/my/own", Optional.empty()), CALLER),
        "/aws/lambda/");
    assertRefused(
        "InvalidParameterException",
        () -> create.handle(new CreateLogGroup.Input(GROUP + "2", Optional.of("DELIVERY")), CALLER),
        "DELIVERY");
    assertThat(logs.groups()).hasSize(1);
    DeleteLogGroup delete = new DeleteLogGroup(names, logs);
    var _ = delete.handle(new DeleteLogGroup.Input(GROUP), CALLER);
    assertRefused(
        "ResourceNotFoundException",
        () -> delete.handle(new DeleteLogGroup.Input(GROUP), CALLER),
        "log group");
  }
}
