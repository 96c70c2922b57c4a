/**
 * Instances: isolated processes that serve one function each. Builds the jail, limits it, talks to
 * the runtime inside, and leaves nothing behind when it goes. What comes out of a jail is hostile
 * input.
 */
@NullMarked
package io.mayfly.sandbox;

import org.jspecify.annotations.NullMarked;
