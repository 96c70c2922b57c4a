/** The whole platform, put together: read {@code Platform} to see how the modules hang together. */
@NullMarked
package io.mayfly.server;

import org.jspecify.annotations.NullMarked;
