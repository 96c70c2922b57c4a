package io.mayfly.meter;

import io.mayfly.model.LogStream;

/**
 * One line of a function's log.
 *
 * @param position where it stands; grows from line to line, and no other line of that function ever
 *     has it, whatever has been removed in between
 * @param time when it was logged, in milliseconds since 1970
 * @param message with the line's end, if it had one; what is no UTF-8 is replaced
 * @param bytes how long it is in the log
 */
public record LogEvent(long position, long time, LogStream stream, String message, int bytes) {}
