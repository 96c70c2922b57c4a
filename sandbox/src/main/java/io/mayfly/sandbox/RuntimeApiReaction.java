package io.mayfly.sandbox;

import java.util.Optional;

/**
 * What a request over the Runtime API leads to.
 *
 * @param reply empty for a {@code next}, which is answered when there is an event
 * @param then what is to be done after the reply has been sent
 */
record RuntimeApiReaction(Optional<RuntimeApiReply> reply, Runnable then) {
  static RuntimeApiReaction of(RuntimeApiReply reply) {
    return new RuntimeApiReaction(Optional.of(reply), () -> {});
  }

  static RuntimeApiReaction of(RuntimeApiReply reply, Runnable then) {
    return new RuntimeApiReaction(Optional.of(reply), then);
  }

  /** A request that is out of place, with the Runtime API's words for that. */
  static RuntimeApiReaction outOfPlace(String message) {
    return of(RuntimeApiReply.outOfPlace(message));
  }
}
