/** The guest that serves Java functions: runs inside the jail and speaks frames. */
@NullMarked
package io.mayfly.runtimes.java;

import org.jspecify.annotations.NullMarked;
