/** The SQS API over durable queues, one class per action. */
@NullMarked
package io.mayfly.sqs;

import org.jspecify.annotations.NullMarked;
