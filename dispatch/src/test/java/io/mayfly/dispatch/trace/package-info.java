/** Traces of production platforms, played against the keep-alive policy. */
@NullMarked
package io.mayfly.dispatch.trace;

import org.jspecify.annotations.NullMarked;
