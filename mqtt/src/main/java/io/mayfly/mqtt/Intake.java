package io.mayfly.mqtt;

import java.util.concurrent.CompletableFuture;

/**
 * What follows from a message that was published.
 *
 * @param bytes what it takes of the memory until it is on the disk
 * @param stored completes when it is; fails if nothing of it is
 */
record Intake(long bytes, CompletableFuture<Void> stored) {}
