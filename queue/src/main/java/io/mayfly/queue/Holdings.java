package io.mayfly.queue;

/**
 * What a queue has on the disk.
 *
 * @param messages how many, with those that are too old and not cleared away yet
 * @param bytes what they take, with their attributes; of more than ten thousand an estimate
 */
public record Holdings(long messages, long bytes) {}
