package io.mayfly.meter;

import java.util.List;

/** What to do about a request that failed. */
final class Advice {
  private Advice() {}

  static List<String> on(CallRecord call) {
    if (call.succeeded()) {
      return List.of();
    }
    String name = call.function().function().value();
    String seeLog =
        "What it printed: ./mayfly logs %s, at RequestId %s.".formatted(name, call.requestId());
    return switch (call.errorType()) {
      case "Sandbox.Timedout" ->
          List.of(
              "The handler had %d s. Raise that: aws lambda update-function-configuration --function-name %s --timeout SECONDS (900 at most)."
                  .formatted(call.timeout().toSeconds(), name),
              seeLog);
      case "Runtime.OutOfMemory" ->
          List.of(
              "The kernel ended it at %d MB. Raise that: aws lambda update-function-configuration --function-name %s --memory-size MEGABYTES."
                  .formatted(call.memory().megabytes(), name),
              seeLog);
      case "Function.ResponseSizeTooLarge" ->
          List.of("Answers take 6 MB. Put what is larger elsewhere and answer with where it is.");
      case "Runtime.InvalidEntrypoint" ->
          List.of(
              "The zip file of a custom runtime needs an executable file 'bootstrap' at its top.");
      case "Runtime.InvalidResponse" ->
          List.of("The runtime or something in its process wrote what is no answer.", seeLog);
      default -> List.of(seeLog);
    };
  }

  static List<String> on(DroppedEvent event) {
    return List.of(
        "How often it is tried, how old it may become and where it goes then: aws lambda get-function-event-invoke-config --function-name %s; and the function's DeadLetterConfig."
            .formatted(event.function()));
  }

  static List<String> on(RefusalRecord refusal) {
    return switch (refusal.code()) {
      case "TooManyRequestsException" ->
          switch (refusal.reason()) {
            case "ReservedFunctionConcurrentInvocationLimitExceeded" ->
                List.of(
                    "As many calls of the function ran as it has reserved. Raise that with aws lambda put-function-concurrency, or give it up with delete-function-concurrency.");
            case "ConcurrentInvocationLimitExceeded" ->
                List.of(
                    "As many calls ran as the account has left for functions without concurrency of their own. Raise it with ./mayfly up --concurrency, or see aws lambda get-account-settings.");
            default -> List.of("Try again later.");
          };
      case "ResourceNotFoundException" ->
          List.of(
              "What there is: aws lambda list-functions, list-versions-by-function, list-aliases.");
      case "InvalidSignatureException",
          "UnrecognizedClientException",
          "MissingAuthenticationTokenException",
          "IncompleteSignatureException" ->
          List.of("The keys to sign with: eval \"$(./mayfly env)\".");
      case "ServiceException" ->
          List.of("The platform's own log has the cause: mayfly.log in its data directory.");
      case "NotImplementedException" -> List.of("docs/compatibility.md lists what there is.");
      default -> List.of();
    };
  }
}
