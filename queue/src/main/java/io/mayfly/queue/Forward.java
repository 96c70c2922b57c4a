package io.mayfly.queue;

/** A message that is to be sent somewhere when another is deleted. */
public record Forward(MessageQueue to, NewMessage message) {}
