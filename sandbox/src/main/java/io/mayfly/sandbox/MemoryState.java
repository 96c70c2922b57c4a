package io.mayfly.sandbox;

import io.mayfly.model.DataSize;

/**
 * How much memory instances have.
 *
 * @param total what there is at all: the machine's memory, or less where a control group that holds
 *     the instances is limited
 * @param available what can be taken before something must be swapped out or killed
 * @param stalling whether processes wait for memory, as far as the kernel tells (PSI)
 */
public record MemoryState(DataSize total, DataSize available, boolean stalling) {}
