package io.mayfly.sns;

import java.util.Optional;

/** One attribute of a message, as it travels. */
record AttributeValue(
    String dataType, Optional<String> stringValue, Optional<byte[]> binaryValue) {}
