package io.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.State;

/** The disk fills up while the platform runs: what needs it is refused, the rest goes on. */
final class TestFullDisk {
  @TempDir Path folder;

  @Test
  void deploymentThatDoesNotFitIsRefusedAndTheRestGoesOn() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Ran.command(
            List.of("mount", "-t", "tmpfs", "-o", "size=24m,mode=711", "none", data.toString()),
            Map.of())
        .ok();
    try (Mayfly mayfly = Mayfly.startOn(data)) {
      Functions functions = mayfly.functions();
      functions.deployPython("small", "def handler(event, context): return 'fits'\n");
      // Its zip file fits, but not what it unpacks to.
      functions.create("unpacked", "provided.al2023", "x", noise(14_000_000), request -> {});
      Eventually.holds(
          Duration.ofSeconds(30),
          () -> configuration(functions, "unpacked").state() != State.PENDING);
      assertThat(configuration(functions, "unpacked").state()).isEqualTo(State.FAILED);
      assertThat(configuration(functions, "unpacked").stateReason())
          .contains("No space left on device");
      LambdaException refused =
          catchThrowableOfType(
              LambdaException.class,
              () ->
                  functions.create(
                      "packed", "provided.al2023", "x", noise(15_000_000), request -> {}));
      assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("ServiceException");
      assertThat(refused).hasMessageContaining("No space left on device");
      assertThat(functions.invoke("small", "{}").payload().asUtf8String()).isEqualTo("\"fits\"");
      functions.deployPython("small-too", "def handler(event, context): return 'fits'\n");
      assertThat(functions.invoke("small-too", "{}").functionError()).isNull();
      functions.delete(List.of("unpacked"));
      functions.deploy("fits-now", "provided.al2023", "x", noise(6_000_000));
    } finally {
      Ran.command(List.of("umount", data.toString()), Map.of()).ok();
    }
  }

  private static GetFunctionConfigurationResponse configuration(Functions functions, String name) {
    return functions.client().getFunctionConfiguration(request -> request.functionName(name));
  }

  private static byte[] noise(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return new Zip().program("bootstrap", "#!/bin/sh\n").file("noise", bytes).bytes();
  }
}
