package io.mayfly.aws;

import java.util.Map;

/**
 * What a request means: which operation of which service.
 *
 * @param labels the labels of the URI template, decoded; empty where the protocol has none
 */
public record Route(
    ServiceModel service,
    OperationModel operation,
    Map<String, String> labels,
    WireRequest request) {}
