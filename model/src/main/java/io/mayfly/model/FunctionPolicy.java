package io.mayfly.model;

/**
 * The policy of a function, or of one of its versions or aliases.
 *
 * @param qualifier a published version, an alias, or {@code $LATEST} for the function itself
 */
public record FunctionPolicy(FunctionName function, String qualifier, ResourcePolicy policy) {}
