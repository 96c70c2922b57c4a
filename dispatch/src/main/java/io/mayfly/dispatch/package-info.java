/**
 * From invocation to instance: admission, warm instances, cold starts, keep-alive, what an
 * invocation used and how it ended. Nothing durable happens here, and nothing here knows HTTP.
 */
@NullMarked
package io.mayfly.dispatch;

import org.jspecify.annotations.NullMarked;
