package io.mayfly.events;

/** A tag, as the API has it. */
record Tag(String key, String value) {}
