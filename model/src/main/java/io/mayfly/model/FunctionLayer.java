package io.mayfly.model;

import io.mayfly.model.FunctionConfig.CodeReference;

/** A layer version as a function has it: also when it has been deleted meanwhile. */
public record FunctionLayer(LayerVersionId id, CodeReference code) {}
