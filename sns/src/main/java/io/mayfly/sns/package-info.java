/** Topics: the SNS API, one class per action, and how what is published gets to subscribers. */
@NullMarked
package io.mayfly.sns;

import org.jspecify.annotations.NullMarked;
