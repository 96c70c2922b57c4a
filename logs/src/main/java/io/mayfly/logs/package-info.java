/**
 * The CloudWatch Logs API 2014-03-28 over what functions log: one class per action, and the
 * language of filter patterns.
 */
@NullMarked
package io.mayfly.logs;

import org.jspecify.annotations.NullMarked;
