/** What functions wrote and used: logs, and what an invocation cost. */
@NullMarked
package io.mayfly.meter;

import org.jspecify.annotations.NullMarked;
