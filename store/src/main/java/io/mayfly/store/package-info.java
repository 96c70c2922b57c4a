/**
 * Durable state of one machine: the data directory, its SQLite database and its content-addressed
 * blobs.
 */
@NullMarked
package io.mayfly.store;

import org.jspecify.annotations.NullMarked;
