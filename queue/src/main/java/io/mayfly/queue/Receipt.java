package io.mayfly.queue;

/**
 * What a receiver shows to say something of a message: which one, and which of its leases.
 *
 * @param sequence the message's place in its queue
 * @param start in which start of the queues it was leased: what the last one did not come to write
 *     is not mixed up with what this one does
 * @param lease how often it had been received
 */
public record Receipt(long sequence, int start, int lease) {}
