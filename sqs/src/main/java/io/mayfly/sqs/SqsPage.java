package io.mayfly.sqs;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * One page of queues by name. The token names the last queue of the page before, so that queues
 * which come and go between two calls neither repeat nor hide others.
 *
 * @param next the token of the next page; empty on the last, and where no pages were asked for
 */
record SqsPage(List<SqsQueue> queues, Optional<String> next) {
  private static final int MOST = 1000;

  /**
   * Cuts a page.
   *
   * @param sorted all queues, by name
   * @param size 1 to 1,000
   */
  static SqsPage of(List<SqsQueue> sorted, Optional<String> token, Optional<Integer> size) {
    int most = Ranges.results(size, MOST);
    String after = token.map(SqsPage::decoded).orElse("");
    List<SqsQueue> rest =
        sorted.stream().filter(queue -> queue.name().compareTo(after) > 0).toList();
    if (rest.size() <= most) {
      return new SqsPage(rest, Optional.empty());
    }
    List<SqsQueue> page = rest.subList(0, most);
    return new SqsPage(
        page,
        size.map(
            _ ->
                Base64.getUrlEncoder()
                    .encodeToString(page.getLast().name().getBytes(StandardCharsets.UTF_8))));
  }

  private static String decoded(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw SqsErrors.invalid("Invalid or expired next token.");
    }
  }
}
