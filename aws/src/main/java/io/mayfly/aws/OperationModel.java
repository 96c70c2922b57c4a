package io.mayfly.aws;

import java.util.List;
import java.util.Optional;

/**
 * One action of a service: how it is called and what it takes, gives and throws.
 *
 * @param name for example {@code CreateFunction}
 * @param method the HTTP method
 * @param uri the template of path and query
 * @param status the HTTP status of success
 * @param inputShape the name of the structure that it takes, if any
 * @param outputShape the name of the structure that it gives, if any
 * @param inputXmlName the root element of its request in XML, where the operation names it
 * @param resultWrapper the element around its result in the query protocol
 * @param deprecated whether another operation took its place
 * @param compressible whether its request may be compressed
 * @param errorShapes the names of the exceptions that the model lists for it
 */
public record OperationModel(
    String name,
    String method,
    UriTemplate uri,
    int status,
    Optional<String> inputShape,
    Optional<String> outputShape,
    Optional<String> inputXmlName,
    Optional<String> resultWrapper,
    boolean deprecated,
    boolean compressible,
    List<String> errorShapes) {}
