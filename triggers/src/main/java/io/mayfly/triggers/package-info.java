/**
 * What wakes functions: asynchronous calls with their retries and destinations, and sources whose
 * records functions are called with.
 */
@NullMarked
package io.mayfly.triggers;

import org.jspecify.annotations.NullMarked;
