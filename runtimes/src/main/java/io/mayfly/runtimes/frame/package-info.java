/**
 * The frames between the platform and its own guests, seen from the platform. Written down in
 * docs/design/002-frames.md. What comes out of a guest is hostile input.
 */
@NullMarked
package io.mayfly.runtimes.frame;

import org.jspecify.annotations.NullMarked;
