package io.mayfly.model;

import java.time.Instant;

/**
 * How many instances a version of a function has ready before calls come ("Configuring provisioned
 * concurrency for a function" in the developer guide).
 *
 * @param qualifier a published version, or an alias for one
 * @param calls how many calls at the same time there are to be instances for
 */
public record ProvisionedConcurrency(
    FunctionName function, String qualifier, int calls, Instant lastModified) {}
