package io.mayfly.aws;

import java.util.Optional;

/**
 * What a service is called and speaks.
 *
 * @param signingName the service's name in a SigV4 credential scope, for example {@code lambda}
 * @param protocol {@code rest-json}, {@code json}, {@code query} or {@code rest-xml}
 * @param jsonVersion {@code 1.0} or {@code 1.1}, for the json protocol
 * @param targetPrefix what stands before the action in {@code X-Amz-Target}, for the json protocol
 * @param xmlNamespace the namespace of answers in XML
 * @param isS3 whether the service has S3's dialect of rest-xml
 * @param queryCompatible whether clients of an older query protocol are to be told its error codes
 */
public record ServiceMetadata(
    String serviceName,
    String apiVersion,
    String signingName,
    String protocol,
    Optional<String> jsonVersion,
    Optional<String> targetPrefix,
    Optional<String> xmlNamespace,
    boolean isS3,
    boolean queryCompatible) {}
