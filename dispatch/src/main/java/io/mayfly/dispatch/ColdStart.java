package io.mayfly.dispatch;

import io.mayfly.sandbox.Startup;
import java.time.Duration;

/**
 * What a call waited for before its handler ran, part by part.
 *
 * @param queue until somebody began to start its instance
 * @param place until it was its turn, and what the instance is made of was put together
 * @param startup from the instance's start to ready
 */
public record ColdStart(Duration queue, Duration place, Startup startup) {}
