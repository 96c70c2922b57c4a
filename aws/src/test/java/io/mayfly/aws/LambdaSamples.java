package io.mayfly.aws;

import io.mayfly.aws.Operation.Nothing;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.MayflyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A few Lambda operations over a map, as a user of the engine writes them. */
final class LambdaSamples {
  private LambdaSamples() {}

  record Code(Optional<byte[]> zipFile) {}

  record Environment(Map<String, String> variables) {}

  record CreateFunctionInput(
      String functionName,
      String role,
      Code code,
      Optional<String> runtime,
      Optional<String> handler,
      Optional<Integer> timeout,
      Optional<Integer> memorySize,
      Optional<Boolean> publish,
      Optional<String> kmsKeyArn,
      Optional<Environment> environment,
      Optional<List<String>> architectures,
      Map<String, String> tags) {}

  record Configuration(
      String functionName,
      String role,
      Optional<String> runtime,
      Long codeSize,
      Optional<Integer> memorySize,
      Optional<Environment> environment,
      List<String> architectures) {}

  record GetFunctionInput(String functionName, Optional<String> qualifier) {}

  record GetFunctionOutput(Configuration configuration, Map<String, String> tags) {}

  record ListFunctionsInput(Optional<String> marker, Optional<Integer> maxItems) {}

  record ListFunctionsOutput(List<Configuration> functions, Optional<String> nextMarker) {}

  record UntagInput(String resource, List<String> tagKeys) {}

  /** The functions created so far. */
  static final class Functions {
    final Map<String, Configuration> byName = new TreeMap<>();
    final Map<String, Map<String, String>> tags = new TreeMap<>();
    final List<String> calls = new ArrayList<>();
  }

  static AwsService service(Functions functions) {
    return new AwsService(
        ServiceModel.bundled("lambda-2015-03-31.json"),
        List.of(
            new CreateFunction(functions),
            new GetFunction(functions),
            new ListFunctions(functions),
            new UntagResource(functions)),
        List.of(new Invoke()));
  }

  record CreateFunction(Functions functions)
      implements Operation<CreateFunctionInput, Configuration> {
    @Override
    public String name() {
      return "CreateFunction";
    }

    @Override
    public Class<CreateFunctionInput> input() {
      return CreateFunctionInput.class;
    }

    @Override
    public Class<Configuration> output() {
      return Configuration.class;
    }

    @Override
    public Configuration handle(CreateFunctionInput input, Caller caller) {
      if (functions.byName.containsKey(input.functionName())) {
        throw new MayflyException(
            ErrorCode.CONFLICT, "Function already exist: " + input.functionName());
      }
      Configuration configuration =
          new Configuration(
              input.functionName(),
              input.role(),
              input.runtime(),
              (long) input.code().zipFile().orElse(new byte[0]).length,
              input.memorySize(),
              input.environment(),
              input.architectures().orElse(List.of("x86_64")));
      functions.byName.put(input.functionName(), configuration);
      functions.tags.put(input.functionName(), input.tags());
      return configuration;
    }
  }

  record GetFunction(Functions functions)
      implements Operation<GetFunctionInput, GetFunctionOutput> {
    @Override
    public String name() {
      return "GetFunction";
    }

    @Override
    public Class<GetFunctionInput> input() {
      return GetFunctionInput.class;
    }

    @Override
    public Class<GetFunctionOutput> output() {
      return GetFunctionOutput.class;
    }

    @Override
    public GetFunctionOutput handle(GetFunctionInput input, Caller caller) {
      functions.calls.add(input.functionName());
      Configuration configuration = functions.byName.get(input.functionName());
      if (configuration == null) {
        throw new MayflyException(
            ErrorCode.NOT_FOUND, "Function not found: " + input.functionName());
      }
      return new GetFunctionOutput(
          configuration, functions.tags.getOrDefault(input.functionName(), Map.of()));
    }
  }

  record ListFunctions(Functions functions)
      implements Operation<ListFunctionsInput, ListFunctionsOutput> {
    @Override
    public String name() {
      return "ListFunctions";
    }

    @Override
    public Class<ListFunctionsInput> input() {
      return ListFunctionsInput.class;
    }

    @Override
    public Class<ListFunctionsOutput> output() {
      return ListFunctionsOutput.class;
    }

    @Override
    public ListFunctionsOutput handle(ListFunctionsInput input, Caller caller) {
      return new ListFunctionsOutput(
          functions.byName.values().stream().limit(input.maxItems().orElse(50)).toList(),
          Optional.empty());
    }
  }

  record UntagResource(Functions functions) implements Operation<UntagInput, Nothing> {
    @Override
    public String name() {
      return "UntagResource";
    }

    @Override
    public Class<UntagInput> input() {
      return UntagInput.class;
    }

    @Override
    public Class<Nothing> output() {
      return Nothing.class;
    }

    @Override
    public Nothing handle(UntagInput input, Caller caller) {
      functions.calls.add(input.resource() + " " + input.tagKeys());
      return Nothing.VALUE;
    }
  }

  /** Gives the payload back. */
  record Invoke() implements RawOperation {
    @Override
    public String name() {
      return "Invoke";
    }

    @Override
    public WireResponse handle(Route route, Caller caller) {
      Headers headers =
          new Headers().set("x-function", route.labels().getOrDefault("FunctionName", ""));
      return new WireResponse(200, headers, route.request().body());
    }
  }
}
