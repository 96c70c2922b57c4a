/** The EventBridge Scheduler API over an account's alarms, one class per action. */
@NullMarked
package io.mayfly.scheduler;

import org.jspecify.annotations.NullMarked;
