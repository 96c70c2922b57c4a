package io.mayfly.queue;

import org.jspecify.annotations.Nullable;

/**
 * A message as it was when it was leased.
 *
 * @param content null if it is to be read from the disk
 */
record Lease(Message message, Receipt receipt, long firstReceived, byte @Nullable [] content) {}
