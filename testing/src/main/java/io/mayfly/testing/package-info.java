/**
 * A running platform for tests: the distribution started as a process of its own, and the clients
 * that people use, talking to it over the network.
 */
@NullMarked
package io.mayfly.testing;

import org.jspecify.annotations.NullMarked;
