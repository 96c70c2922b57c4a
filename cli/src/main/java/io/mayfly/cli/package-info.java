/** The command line: what people type. Talks to the platform over its public endpoints only. */
@NullMarked
package io.mayfly.cli;

import org.jspecify.annotations.NullMarked;
