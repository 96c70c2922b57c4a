package io.mayfly.events;

import java.time.Instant;
import java.util.Optional;

/**
 * An archive as it is kept.
 *
 * @param bus whose events it keeps
 * @param pattern which of them; all without one
 * @param days for how long; 0 for ever
 */
record Archive(
    String name,
    String bus,
    Optional<String> description,
    Optional<String> pattern,
    int days,
    Instant created) {}
