package io.mayfly.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mayfly.model.Account;
import io.mayfly.model.DataSize;
import io.mayfly.model.ErrorCode;
import io.mayfly.model.FunctionConfig;
import io.mayfly.model.FunctionConfig.CodeReference;
import io.mayfly.model.FunctionLayer;
import io.mayfly.model.FunctionName;
import io.mayfly.model.FunctionSettings;
import io.mayfly.model.FunctionVersion;
import io.mayfly.model.LayerVersionId;
import io.mayfly.model.Lifecycle;
import io.mayfly.model.MayflyException;
import io.mayfly.runtimes.RuntimeLaunch;
import io.mayfly.runtimes.RuntimeLaunch.Training;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which functions are trained. */
class TestTrainedFunctions {
  private static final CodeReference CODE = new CodeReference("ab", 1, 1);
  private static final RuntimeLaunch LAUNCH =
      new RuntimeLaunch(
          List.of("java"),
          List.of(),
          Map.of(),
          RuntimeLaunch.Channel.FRAMES,
          Optional.empty(),
          Optional.of(new Training("print", List.of(), List.of(), List.of())));

  @TempDir Path folder;

  /** The functions that trainings were begun of; a training looks at its function first. */
  private final LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();

  private final class Functions implements FunctionSource {
    @Override
    public FunctionConfig serving(FunctionVersion version) {
      begun.add(version.function().value());
      throw new MayflyException(ErrorCode.NOT_FOUND, "gone meanwhile");
    }

    @Override
    public Path code(FunctionConfig config) {
      return folder;
    }

    @Override
    public Optional<Path> layers(FunctionConfig config) {
      return Optional.of(folder);
    }
  }

  private static final class Nowhere implements TrainingFolder {
    private final Path folder;

    Nowhere(Path folder) {
      this.folder = folder;
    }

    @Override
    public String unfinished() {
      return ".part";
    }

    @Override
    public Path of(FunctionConfig config) {
      return folder.resolve(config.name().value());
    }

    @Override
    public boolean keep(FunctionConfig config, Path made, Path lasting) {
      return false;
    }
  }

  private static FunctionConfig function(String name, List<FunctionLayer> layers) {
    return new FunctionConfig(
        FunctionVersion.latest(new FunctionName(name)),
        new FunctionSettings(
                "",
                "java25",
                "App::handle",
                "arn:aws:iam::000000000000:role/any",
                Duration.ofSeconds(3),
                DataSize.ofMegabytes(128),
                DataSize.ofMegabytes(512),
                Map.of())
            .withLayers(layers),
        CODE,
        Lifecycle.active(),
        "revision",
        Instant.EPOCH,
        false);
  }

  @Test
  void thoseWithLayersAreNot() throws InterruptedException {
    try (Trainings trainings =
        new Trainings(
            new Account("000000000000", "us-east-1"),
            new Functions(),
            _ -> new Credentials("a", "b", "c"),
            () -> {
              throw new MayflyException(ErrorCode.SERVICE_UNAVAILABLE, "nothing is started here");
            },
            new Nowhere(folder),
            true,
            new Semaphore(1))) {
      FunctionLayer layer = new FunctionLayer(new LayerVersionId("tools", 1), CODE);
      trainings.expect(function("layered", List.of(layer)), LAUNCH);
      trainings.expect(function("plain", List.of()), LAUNCH);
      // Trainings run one after the other, in the order in which they were expected.
      assertThat(begun.poll(20, TimeUnit.SECONDS)).isEqualTo("plain");
    }
  }
}
