/** Kafka as an event source: topics of brokers of the owner's own, whose records call functions. */
@NullMarked
package io.mayfly.kafka;

import org.jspecify.annotations.NullMarked;
