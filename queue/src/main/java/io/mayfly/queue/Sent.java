package io.mayfly.queue;

import java.util.UUID;

/**
 * That a message is on the disk.
 *
 * @param id of the message, or of the one it is a duplicate of
 * @param sequence its place in the queue: larger than that of every message before
 */
public record Sent(UUID id, long sequence, boolean duplicate) {}
