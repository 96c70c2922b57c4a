package io.mayfly.aws;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The cases that do not apply to this engine, each with its reason. */
final class SmithyListed {
  private static final Map<String, String> REASONS = new HashMap<>();

  static {
    list(
        "a client's own doing: it fills in what its caller left out",
        "QueryProtocolIdempotencyTokenAutoFill",
        "QueryIdempotencyTokenAutoFill",
        "RestJsonQueryIdempotencyTokenAutoFill",
        "AwsJson10ClientPopulatesDefaultValuesInInput",
        "AwsJson10ClientPopulatesNestedDefaultValuesWhenMissing",
        "RestJsonClientPopulatesDefaultValuesInInput",
        "RestJsonClientPopulatesNestedDefaultValuesWhenMissing",
        "GlacierAccountId",
        "GlacierChecksums",
        "GlacierMultipartChecksums");
    list(
        "a client's own doing: it gives one of two members that want one place",
        "HttpEmptyPrefixHeadersRequestClient",
        "RestJsonHttpEmptyPrefixHeadersRequestClient",
        "RestXmlQueryParamsStringListMap",
        "RestJsonQueryParamsStringListMap",
        "RestXmlQueryPrecedence",
        "RestJsonQueryPrecedence");
    list(
        "a client's own doing: the path is that of an endpoint the client was given",
        "RestJsonHostWithPath");
    list(
        "contradicts RestXmlServersPutAllQueryParamsInMap",
        "AllQueryStringTypes",
        "RestXmlQueryStringEscaping",
        "RestXmlSupportsNaNFloatQueryValues",
        "RestXmlSupportsInfinityFloatQueryValues",
        "RestXmlSupportsNegativeInfinityFloatQueryValues",
        "RestXmlZeroAndFalseQueryValues");
    list(
        "the case gives no body to read; TestContentCoding has some",
        "SDKAppliedContentEncoding_awsQuery",
        "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery",
        "SDKAppliedContentEncoding_restXml",
        "SDKAppendedGzipAfterProvidedEncoding_restXml",
        "SDKAppliedContentEncoding_restJson1",
        "SDKAppendedGzipAfterProvidedEncoding_restJson1",
        "SDKAppliedContentEncoding_awsJson1_0",
        "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0",
        "SDKAppliedContentEncoding_awsJson1_1",
        "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1");
    list(
        "the bucket stands in the host's name, which is not read yet (docs/design/001-wire.md)",
        "S3EscapeObjectKeyInUriLabel",
        "S3EscapePathObjectKeyInUriLabel",
        "S3PreservesLeadingDotSegmentInUriLabel",
        "S3PreservesEmbeddedDotSegmentInUriLabel",
        "S3DefaultAddressing",
        "S3VirtualHostAddressing",
        "S3VirtualHostDualstackAddressing",
        "S3VirtualHostAccelerateAddressing",
        "S3VirtualHostDualstackAccelerateAddressing",
        "S3OperationAddressingPreferred");
    list(
        "AWS's published models have no default values",
        "AwsJson10ServerPopulatesDefaultsWhenMissingInRequestBody",
        "AwsJson10ServerPopulatesNestedDefaultsWhenMissingInRequestBody",
        "response AwsJson10ServerPopulatesDefaultsInResponseWhenMissingInParams",
        "response AwsJson10ServerPopulatesNestedDefaultValuesWhenMissingInInResponseParams",
        "RestJsonServerPopulatesDefaultsWhenMissingInRequestBody",
        "RestJsonServerPopulatesNestedDefaultsWhenMissingInRequestBody",
        "response RestJsonServerPopulatesDefaultsInResponseWhenMissingInParams",
        "response RestJsonServerPopulatesNestedDefaultValuesWhenMissingInInResponseParams");
    list(
        "AWS's published models name no media types",
        "response HttpPayloadTraitsWithMediaTypeWithBlob",
        "response RestJsonHttpPayloadTraitsWithMediaTypeWithBlob",
        "response RestJsonStreamingTraitsWithMediaTypeWithBlob",
        "RestJsonWithPayloadExpectsModeledAccept",
        "RestJsonWithPayloadExpectsModeledContentType",
        "RestJsonWithPayloadExpectsImpliedContentType");
    list(
        "AWS's published models do not say that a list's elements differ",
        "RestJsonMalformedUniqueItemsBlobList",
        "RestJsonMalformedUniqueItemsBooleanList",
        "RestJsonMalformedUniqueItemsStringList",
        "RestJsonMalformedUniqueItemsByteList",
        "RestJsonMalformedUniqueItemsShortList",
        "RestJsonMalformedUniqueItemsIntegerList",
        "RestJsonMalformedUniqueItemsLongList",
        "RestJsonMalformedUniqueItemsTimestampList",
        "RestJsonMalformedUniqueItemsDateTimeList",
        "RestJsonMalformedUniqueItemsHttpDateList",
        "RestJsonMalformedUniqueItemsEnumList",
        "RestJsonMalformedUniqueItemsIntEnumList",
        "RestJsonMalformedUniqueItemsListList",
        "RestJsonMalformedUniqueItemsStructureList",
        "RestJsonMalformedUniqueItemsStructureMissingKeyList",
        "RestJsonMalformedUniqueItemsUnionList");
    list(
        "AWS's published models do not mark the one answer of S3 whose member is its root",
        "response GetBucketLocationUnwrappedOutput");
    list(
        "a body without a Content-Type is taken, as older clients send it",
        "RestJsonStringPayloadNoContentType",
        "RestJsonWithBodyExpectsApplicationJsonContentTypeNoHeaders");
    list(
        "a server writes times in UTC",
        "response RestXmlDateTimeWithNegativeOffset",
        "response RestXmlDateTimeWithPositiveOffset");
    list(
        "the case's response holds what its parameters do not",
        "response InvalidGreetingError",
        "response ComplexError",
        "response AwsJson11IntEnums");
    list(
        "the case's response lacks the namespace that all others of its service have",
        "response QueryNoInputAndNoOutputWithResponseMetadata");
    list(
        "S3's errors have no Type, and a RequestId", "response S3OperationNoErrorWrappingResponse");
    list("S3 names no type for a body that is not there", "response RestXmlHttpResponseCode");
  }

  private SmithyListed() {}

  private static void list(String reason, String... names) {
    for (String name : List.of(names)) {
      if (REASONS.put(name, reason) != null) {
        throw new IllegalStateException(name + " is listed twice");
      }
    }
  }

  static Set<String> names() {
    return REASONS.keySet();
  }

  /** Runs a case that must pass, or one that is listed and must fail. */
  static void check(String name, Runnable test) {
    String reason = REASONS.get(name);
    if (reason == null) {
      test.run();
    } else {
      assertThatCode(test::run)
          .as("%s passes, so it is not to be listed (%s)", name, reason)
          .isInstanceOf(Throwable.class);
    }
  }
}
