/**
 * The Lambda API 2015-03-31: one class per action, each a translation between the API's words and
 * the ports of functions and dispatch.
 */
@NullMarked
package io.mayfly.lambda;

import org.jspecify.annotations.NullMarked;
