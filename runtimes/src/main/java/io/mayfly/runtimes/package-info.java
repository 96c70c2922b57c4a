/**
 * What runs functions inside the jail: the managed runtimes of this machine, how each is started,
 * and the frames its guest program speaks. Knows nothing of the platform that starts it.
 */
@NullMarked
package io.mayfly.runtimes;

import org.jspecify.annotations.NullMarked;
