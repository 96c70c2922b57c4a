package io.mayfly.scheduler;

import io.mayfly.model.Account;
import io.mayfly.store.ScheduleStore;
import io.mayfly.triggers.Alarms;
import io.mayfly.triggers.ExpectedCalls;
import io.mayfly.triggers.Targets;
import java.time.InstantSource;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;

/**
 * What schedules are made of.
 *
 * @param trust whether a role, by its ARN, lets the Scheduler assume it for a group, by its ARN
 * @param random for traces
 */
public record SchedulerPorts(
    Account account,
    ScheduleStore store,
    Alarms alarms,
    Targets targets,
    ExpectedCalls expected,
    BiPredicate<String, String> trust,
    FailureListener failures,
    InstantSource clock,
    RandomGenerator random) {}
