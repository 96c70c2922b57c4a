/**
 * The functions of {@code examples/}, packaged by their own scripts, deployed on a real platform
 * and called as their readers would call them.
 */
@NullMarked
package io.mayfly.testing.examples;

import org.jspecify.annotations.NullMarked;
