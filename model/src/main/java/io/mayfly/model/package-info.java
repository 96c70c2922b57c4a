/**
 * The words of Mayfly: ids, ARNs, function configuration, invocations, outcomes and errors. No I/O.
 */
@NullMarked
package io.mayfly.model;

import org.jspecify.annotations.NullMarked;
