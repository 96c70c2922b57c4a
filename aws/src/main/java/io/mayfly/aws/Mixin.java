package io.mayfly.aws;

/**
 * A record whose components are members of the structure that the record it stands in is bound to,
 * so that several inputs and outputs can share them (Smithy's term for it). The name of the
 * component that holds it does not matter.
 */
public interface Mixin {}
