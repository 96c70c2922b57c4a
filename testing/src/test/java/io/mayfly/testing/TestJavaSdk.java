package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CodeSigningConfigNotFoundException;
import software.amazon.awssdk.services.lambda.model.CodeSigningPolicy;
import software.amazon.awssdk.services.lambda.model.CodeVerificationFailedException;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionUrlConfigResponse;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeMode;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.State;

/** The AWS SDK for Java v2 through every action there is. */
final class TestJavaSdk {
  private static final Functions FUNCTIONS = Mayfly.shared().functions();
  private static final LambdaClient LAMBDA = FUNCTIONS.client();
  private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:";
  private static final String ECHO =
      """
      import os
      def handler(event, context):
          if event == "fail":
              raise ValueError("as asked")
          return {"event": event, "arn": context.arn, "client": context.client_context,
                  "variable": os.environ.get("GREETING")}
      """;

  @Test
  void createAnswersWithTheWholeConfiguration() {
    byte[] zip = Custom.python(ECHO);
    CreateFunctionResponse created =
        LAMBDA.createFunction(
            request ->
                request
                    .functionName("sdk-create")
                    .runtime("provided.al2023")
                    .handler("app.handler")
                    .role("arn:aws:iam::000000000000:role/any")
                    .description("made by a test")
                    .timeout(7)
                    .memorySize(192)
                    .ephemeralStorage(storage -> storage.size(600))
                    .environment(variables -> variables.variables(Map.of("GREETING", "hi")))
                    .tags(Map.of("team", "testing"))
                    .code(code -> code.zipFile(SdkBytes.fromByteArray(zip))));
    assertThat(created.functionArn()).isEqualTo(ARN + "sdk-create");
    assertThat(created.state()).isEqualTo(State.PENDING);
    assertThat(created.stateReasonCodeAsString()).isEqualTo("Creating");
    assertThat(created.version()).isEqualTo("$LATEST");
    assertThat(created.codeSize()).isEqualTo(zip.length);
    assertThat(created.packageType()).isEqualTo(PackageType.ZIP);
    assertThat(created.ephemeralStorage().size()).isEqualTo(600);
    FUNCTIONS.waiter().waitUntilFunctionActiveV2(request -> request.functionName("sdk-create"));
    GetFunctionConfigurationResponse read =
        LAMBDA.getFunctionConfiguration(request -> request.functionName("sdk-create"));
    assertThat(read.state()).isEqualTo(State.ACTIVE);
    assertThat(read.lastUpdateStatus()).isEqualTo(LastUpdateStatus.SUCCESSFUL);
    assertThat(read.timeout()).isEqualTo(7);
    assertThat(read.memorySize()).isEqualTo(192);
    assertThat(read.description()).isEqualTo("made by a test");
    assertThat(read.environment().variables()).isEqualTo(Map.of("GREETING", "hi"));
    assertThat(read.codeSha256()).isEqualTo(created.codeSha256());
    assertThat(LAMBDA.getFunction(request -> request.functionName("sdk-create")).tags())
        .isEqualTo(Map.of("team", "testing"));
    FUNCTIONS.delete(List.of("sdk-create"));
  }

  @Test
  void invokeReachesAFunctionByEveryFormOfItsName() {
    FUNCTIONS.deployPython("sdk-names", ECHO);
    for (String name :
        List.of(
            "sdk-names",
            "sdk-names:$LATEST",
            "function:sdk-names",
            "000000000000:function:sdk-names",
            ARN + "sdk-names",
            ARN + "sdk-names:$LATEST")) {
      InvokeResponse response = FUNCTIONS.invoke(name, "1");
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.executedVersion()).isEqualTo("$LATEST");
      assertThat(response.responseMetadata().requestId()).hasSize(36);
      assertThat(response.functionError()).isNull();
      assertThat(Json.of(response.payload().asUtf8String()).path("arn").asString())
          .startsWith(ARN + "sdk-names");
    }
    InvokeResponse qualified =
        FUNCTIONS.invoke("sdk-names", "1", request -> request.qualifier("$LATEST"));
    assertThat(qualified.payload().asUtf8String()).contains(ARN + "sdk-names:$LATEST");
    assertThatThrownBy(() -> FUNCTIONS.invoke("sdk-names", "1", request -> request.qualifier("7")))
        .isInstanceOf(ResourceNotFoundException.class)
        .hasMessageContaining("Function not found: " + ARN + "sdk-names:7");
    assertThatThrownBy(
            () -> FUNCTIONS.invoke("sdk-names:$LATEST", "1", request -> request.qualifier("7")))
        .isInstanceOf(InvalidParameterValueException.class)
        .hasMessageContaining("The derived qualifier from the function name does not match");
    FUNCTIONS.delete(List.of("sdk-names"));
  }

  @Test
  void codeSigningConfigurationsAndEventSourceMappingsHaveTheirTypes() {
    FUNCTIONS.deployPython("sdk-records", ECHO);
    String config =
        LAMBDA
            .createCodeSigningConfig(
                request ->
                    request
                        .allowedPublishers(
                            publishers ->
                                publishers.signingProfileVersionArns(
                                    "arn:aws:signer:us-east-1:000000000000:/signing-profiles/me/a"))
                        .codeSigningPolicies(
                            policies ->
                                policies.untrustedArtifactOnDeployment(CodeSigningPolicy.ENFORCE)))
            .codeSigningConfig()
            .codeSigningConfigArn();
    LAMBDA.putFunctionCodeSigningConfig(
        request -> request.functionName("sdk-records").codeSigningConfigArn(config));
    assertThatThrownBy(() -> FUNCTIONS.update("sdk-records", Custom.python(ECHO)))
        .isInstanceOf(CodeVerificationFailedException.class);
    LAMBDA.deleteFunctionCodeSigningConfig(request -> request.functionName("sdk-records"));
    LAMBDA.deleteCodeSigningConfig(request -> request.codeSigningConfigArn(config));
    assertThatThrownBy(
            () ->
                LAMBDA.putFunctionCodeSigningConfig(
                    request -> request.functionName("sdk-records").codeSigningConfigArn(config)))
        .isInstanceOf(CodeSigningConfigNotFoundException.class);
    String uuid =
        LAMBDA
            .createEventSourceMapping(
                request ->
                    request
                        .functionName("sdk-records")
                        .eventSourceArn("arn:aws:kinesis:us-east-1:000000000000:stream/sdk")
                        .startingPosition(EventSourcePosition.LATEST)
                        .maximumRecordAgeInSeconds(3600)
                        .bisectBatchOnFunctionError(true))
            .uuid();
    GetEventSourceMappingResponse mapping =
        LAMBDA.getEventSourceMapping(request -> request.uuid(uuid));
    assertThat(mapping.state()).isEqualTo("Enabled");
    assertThat(mapping.startingPosition()).isEqualTo(EventSourcePosition.LATEST);
    assertThat(mapping.maximumRecordAgeInSeconds()).isEqualTo(3600);
    assertThat(mapping.bisectBatchOnFunctionError()).isTrue();
    assertThat(mapping.lastModified()).isAfter(Instant.EPOCH);
    LAMBDA.deleteEventSourceMapping(request -> request.uuid(uuid));
    assertThatThrownBy(() -> LAMBDA.getEventSourceMapping(request -> request.uuid(uuid)))
        .isInstanceOf(ResourceNotFoundException.class);
    FUNCTIONS.delete(List.of("sdk-records"));
  }

  @Test
  void handlerErrorsComeAsUnhandledWithTheErrorObject() {
    FUNCTIONS.deployPython("sdk-errors", ECHO);
    InvokeResponse failed = FUNCTIONS.invoke("sdk-errors", "\"fail\"");
    assertThat(failed.statusCode()).isEqualTo(200);
    assertThat(failed.functionError()).isEqualTo("Unhandled");
    assertThat(Json.of(failed.payload().asUtf8String()).path("errorMessage").asString())
        .isEqualTo("as asked");
    assertThat(Json.of(failed.payload().asUtf8String()).path("errorType").asString())
        .isEqualTo("ValueError");
    FUNCTIONS.delete(List.of("sdk-errors"));
  }

  @Test
  void clientContextReachesTheHandlerAndBadOnesAreRefused() {
    FUNCTIONS.deployPython("sdk-context", ECHO);
    InvokeResponse response =
        FUNCTIONS.invoke(
            "sdk-context", "{}", request -> request.clientContext(base64("{\"custom\":{}}")));
    assertThat(Json.of(response.payload().asUtf8String()).path("client").asString())
        .isEqualTo("{\"custom\":{}}");
    for (String bad : List.of("not base64!", base64("not json"))) {
      assertThatThrownBy(
              () -> FUNCTIONS.invoke("sdk-context", "{}", request -> request.clientContext(bad)))
          .isInstanceOf(InvalidRequestContentException.class)
          .hasMessageContaining("Client context must be a valid Base64-encoded JSON object.");
    }
    FUNCTIONS.delete(List.of("sdk-context"));
  }

  @Test
  void dryRunChecksThatTheFunctionIsThere() {
    FUNCTIONS.deployPython("sdk-dry", ECHO);
    InvokeResponse dry =
        LAMBDA.invoke(
            request -> request.functionName("sdk-dry").invocationType(InvocationType.DRY_RUN));
    assertThat(dry.statusCode()).isEqualTo(204);
    assertThatThrownBy(
            () ->
                LAMBDA.invoke(
                    request ->
                        request.functionName("sdk-none").invocationType(InvocationType.DRY_RUN)))
        .isInstanceOf(ResourceNotFoundException.class);
    FUNCTIONS.delete(List.of("sdk-dry"));
  }

  @Test
  void updatesKeepToTheRevisionTheyWereMeantFor() {
    FUNCTIONS.deployPython("sdk-update", ECHO);
    String before =
        LAMBDA.getFunctionConfiguration(request -> request.functionName("sdk-update")).revisionId();
    String after =
        LAMBDA
            .updateFunctionConfiguration(
                request ->
                    request
                        .functionName("sdk-update")
                        .revisionId(before)
                        .environment(variables -> variables.variables(Map.of("GREETING", "new"))))
            .revisionId();
    assertThat(after).isNotEqualTo(before);
    FUNCTIONS.waiter().waitUntilFunctionUpdatedV2(request -> request.functionName("sdk-update"));
    assertThat(FUNCTIONS.invoke("sdk-update", "1").payload().asUtf8String()).contains("\"new\"");
    assertThatThrownBy(
            () ->
                LAMBDA.updateFunctionConfiguration(
                    request -> request.functionName("sdk-update").revisionId(before).timeout(5)))
        .isInstanceOf(PreconditionFailedException.class)
        .extracting(failure -> ((LambdaException) failure).statusCode())
        .isEqualTo(412);
    String shownBefore =
        LAMBDA.getFunctionConfiguration(request -> request.functionName("sdk-update")).codeSha256();
    String dry =
        LAMBDA
            .updateFunctionCode(
                request ->
                    request
                        .functionName("sdk-update")
                        .dryRun(true)
                        .zipFile(SdkBytes.fromByteArray(Custom.python("x = 1\n"))))
            .codeSha256();
    assertThat(dry).isNotEqualTo(shownBefore);
    assertThat(
            LAMBDA
                .getFunctionConfiguration(request -> request.functionName("sdk-update"))
                .codeSha256())
        .isEqualTo(shownBefore);
    FUNCTIONS.delete(List.of("sdk-update"));
  }

  @Test
  void listsArePagedByThePaginator() {
    List<String> names = IntStream.range(0, 60).mapToObj("sdk-page-%02d"::formatted).toList();
    byte[] zip = Custom.program("#!/bin/sh\n");
    names.forEach(name -> FUNCTIONS.create(name, "provided.al2023", "none", zip, request -> {}));
    assertThat(LAMBDA.listFunctions().functions()).hasSize(50);
    assertThat(LAMBDA.listFunctions().nextMarker()).isNotNull();
    List<String> all =
        LAMBDA.listFunctionsPaginator(request -> request.maxItems(9)).functions().stream()
            .map(FunctionConfiguration::functionName)
            .toList();
    assertThat(all).containsAll(names).doesNotHaveDuplicates();
    FUNCTIONS.delete(names);
    assertThatThrownBy(() -> LAMBDA.listFunctions(request -> request.marker("no marker")))
        .isInstanceOf(InvalidParameterValueException.class);
  }

  @Test
  void functionUrlConfigsAreTyped() {
    FUNCTIONS.deployPython("sdk-url", ECHO);
    String url =
        LAMBDA
            .createFunctionUrlConfig(
                request ->
                    request
                        .functionName("sdk-url")
                        .authType(FunctionUrlAuthType.AWS_IAM)
                        .invokeMode(InvokeMode.BUFFERED)
                        .cors(cors -> cors.allowOrigins("*").allowMethods("GET", "POST")))
            .functionUrl();
    GetFunctionUrlConfigResponse read =
        LAMBDA.getFunctionUrlConfig(request -> request.functionName("sdk-url"));
    assertThat(read.functionUrl()).isEqualTo(url);
    assertThat(read.functionArn()).isEqualTo(ARN + "sdk-url");
    assertThat(read.authType()).isEqualTo(FunctionUrlAuthType.AWS_IAM);
    assertThat(read.cors().allowMethods()).containsExactly("GET", "POST");
    assertThat(read.creationTime()).isNotBlank();
    LAMBDA.updateFunctionUrlConfig(
        request -> request.functionName("sdk-url").authType(FunctionUrlAuthType.NONE));
    assertThat(
            LAMBDA
                .listFunctionUrlConfigs(request -> request.functionName("sdk-url"))
                .functionUrlConfigs())
        .singleElement()
        .satisfies(one -> assertThat(one.authType()).isEqualTo(FunctionUrlAuthType.NONE));
    LAMBDA.deleteFunctionUrlConfig(request -> request.functionName("sdk-url"));
    assertThatThrownBy(
            () -> LAMBDA.deleteFunctionUrlConfig(request -> request.functionName("sdk-url")))
        .isInstanceOf(ResourceNotFoundException.class);
    FUNCTIONS.delete(List.of("sdk-url"));
  }

  @Test
  void accountSettingsCountFunctionsAndCode() {
    FUNCTIONS.deployPython("sdk-account", ECHO);
    var settings = LAMBDA.getAccountSettings();
    assertThat(settings.accountLimit().concurrentExecutions()).isEqualTo(1000);
    assertThat(settings.accountLimit().codeSizeUnzipped()).isEqualTo(262144000L);
    assertThat(settings.accountUsage().functionCount()).isPositive();
    assertThat(settings.accountUsage().totalCodeSize()).isPositive();
    FUNCTIONS.delete(List.of("sdk-account"));
  }

  @Test
  void errorsAreTypedAndCarryARequestId() {
    FUNCTIONS.deployPython("sdk-typed", ECHO);
    assertThatThrownBy(() -> FUNCTIONS.deployPython("sdk-typed", ECHO))
        .isInstanceOf(ResourceConflictException.class)
        .hasMessageContaining("Function already exist: sdk-typed");
    FUNCTIONS.delete(List.of("sdk-typed"));
    ResourceNotFoundException gone =
        catchThrowableOfType(
            ResourceNotFoundException.class, () -> FUNCTIONS.invoke("sdk-typed", "{}"));
    assertThat(gone.statusCode()).isEqualTo(404);
    assertThat(gone.requestId()).hasSize(36);
    assertThat(gone.type()).isEqualTo("User");
    assertThatThrownBy(() -> LAMBDA.deleteFunction(request -> request.functionName("sdk-typed")))
        .isInstanceOf(ResourceNotFoundException.class);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
