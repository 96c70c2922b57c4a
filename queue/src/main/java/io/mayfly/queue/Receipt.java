package io.mayfly.queue;

/**
 * What a receiver shows to say something of a message: which one, and which of its leases.
 *
 * @param sequence the message's place in its queue
 * @param lease how often it had been received
 */
public record Receipt(long sequence, int lease) {}
