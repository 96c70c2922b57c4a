/**
 * MQTT in: devices publish, and rules of topics bring what they publish to targets. Nothing of the
 * network is loaded before somebody listens.
 */
@NullMarked
package io.mayfly.mqtt;

import org.jspecify.annotations.NullMarked;
