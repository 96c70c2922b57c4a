/** The EventBridge API: buses, rules and what their targets are told, archives and replays. */
@NullMarked
package io.mayfly.events;

import org.jspecify.annotations.NullMarked;
