/**
 * HTTP in: the one listener, the way of a request to the AWS endpoint, a function URL or the
 * platform's own endpoints, and the answer back.
 */
@NullMarked
package io.mayfly.gateway;

import org.jspecify.annotations.NullMarked;
