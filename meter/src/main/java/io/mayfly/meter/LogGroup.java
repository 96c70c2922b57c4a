package io.mayfly.meter;

import io.mayfly.model.FunctionName;
import java.util.Optional;

/**
 * What is known of a function's log as a whole.
 *
 * @param created when its first line came, or when it was created before that, in milliseconds
 *     since 1970
 * @param retentionDays how many days its lines are kept; empty for as long as the bound allows
 * @param storedBytes what it takes on the disk
 */
public record LogGroup(
    FunctionName function, long created, Optional<Integer> retentionDays, long storedBytes) {}
