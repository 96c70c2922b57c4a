/**
 * Durable work: queues whose messages are on the disk before anybody is told so, leased to those
 * who work on them, and there until they are deleted.
 */
@NullMarked
package io.mayfly.queue;

import org.jspecify.annotations.NullMarked;
