package io.mayfly.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of ARCHITECTURE.md, held against the classes that are shipped. */
final class TestArchitecture {
  private static final String OURS = "io.mayfly.";

  /** The column "knows" of the table in ARCHITECTURE.md. */
  private static final Map<String, Set<String>> KNOWS =
      Map.ofEntries(
          Map.entry("model", Set.of()),
          Map.entry("runtimes", Set.of("model")),
          Map.entry("store", Set.of("model")),
          Map.entry("queue", Set.of("model", "store")),
          Map.entry("functions", Set.of("model", "store")),
          Map.entry("meter", Set.of("model")),
          Map.entry("sandbox", Set.of("model", "runtimes")),
          Map.entry("dispatch", Set.of("model", "runtimes", "sandbox")),
          Map.entry("triggers", Set.of("model", "functions", "dispatch", "queue")),
          Map.entry("kafka", Set.of("model", "functions", "dispatch", "triggers")),
          Map.entry("mqtt", Set.of("model", "store", "queue", "triggers")),
          Map.entry("aws", Set.of("model")),
          Map.entry("identity", Set.of("model", "store", "aws")),
          Map.entry("lambda", Set.of("model", "functions", "dispatch", "aws")),
          Map.entry("logs", Set.of("model", "meter", "aws")),
          Map.entry("sqs", Set.of("model", "queue", "aws")),
          Map.entry("sns", Set.of("model", "store", "queue", "triggers", "aws")),
          Map.entry("events", Set.of("model", "store", "queue", "triggers", "aws")),
          Map.entry("scheduler", Set.of("model", "store", "queue", "triggers", "aws")),
          Map.entry("gateway", Set.of("model", "functions", "dispatch", "aws")),
          Map.entry("cli", Set.of("aws")));

  /** Services of the AWS endpoint: each stands alone, so that one can be added or left out. */
  private static final List<String> SERVICES =
      List.of("lambda", "identity", "logs", "sqs", "sns", "events", "scheduler");

  private static final JavaClasses CLASSES = shipped();

  private static JavaClasses shipped() {
    try (Stream<Path> jars = Files.list(Distribution.home().resolve("lib"))) {
      List<Location> ours =
          jars.filter(jar -> jar.getFileName().toString().endsWith("-0.1.0.jar"))
              .map(jar -> Location.of(java.net.URI.create("jar:" + jar.toUri() + "!/")))
              .toList();
      return new ClassFileImporter().importLocations(ours);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void modulesHaveNoCycles() {
    slices().matching(OURS + "(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyModuleKnowsOnlyWhatTheArchitectureSays() {
    Map<String, Set<String>> tooMuch = new TreeMap<>();
    for (JavaClass origin : CLASSES) {
      String from = module(origin);
      if (from.equals("server")) {
        continue;
      }
      Set<String> known =
          origin.getDirectDependenciesFromSelf().stream()
              .map(dependency -> dependency.getTargetClass())
              .filter(target -> target.getPackageName().startsWith(OURS))
              .map(TestArchitecture::module)
              .filter(to -> !to.equals(from) && !KNOWS.getOrDefault(from, Set.of()).contains(to))
              .collect(Collectors.toCollection(TreeSet::new));
      if (!known.isEmpty()) {
        tooMuch.put(origin.getName(), known);
      }
    }
    assertThat(tooMuch).isEmpty();
    assertThat(CLASSES.stream().map(TestArchitecture::module).collect(Collectors.toSet()))
        .containsAll(KNOWS.keySet());
  }

  @Test
  void dispatchNeverSeesHttp() {
    noClasses()
        .that()
        .resideInAnyPackage(OURS + "dispatch..", OURS + "sandbox..", OURS + "functions..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.eclipse.jetty..",
            "java.net.http..",
            "com.sun.net.httpserver..",
            OURS + "aws..",
            OURS + "gateway..")
        .check(CLASSES);
  }

  @Test
  void onlyTheGatewaySeesTheListenersLibrary() {
    noClasses()
        .that()
        .resideOutsideOfPackage(OURS + "gateway..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.eclipse.jetty..")
        .check(CLASSES);
  }

  @Test
  void onlyOneModuleSeesKafkasClient() {
    noClasses()
        .that()
        .resideOutsideOfPackage(OURS + "kafka..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..")
        .check(CLASSES);
  }

  @Test
  void onlyMqttSeesItsLibrary() {
    noClasses()
        .that()
        .resideOutsideOfPackage(OURS + "mqtt..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..")
        .check(CLASSES);
  }

  @Test
  void servicesNeverSeeEachOther() {
    for (String service : SERVICES) {
      String[] others =
          SERVICES.stream()
              .filter(other -> !other.equals(service))
              .map(other -> OURS + other + "..")
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(OURS + service + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .check(CLASSES);
    }
  }

  @Test
  void edgesNeverSeeTheStoreOrTheSandbox() {
    noClasses()
        .that()
        .resideInAnyPackage(
            OURS + "gateway..", OURS + "lambda..", OURS + "logs..", OURS + "aws..", OURS + "cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(OURS + "store..", OURS + "sandbox..", "java.sql..", "org.sqlite..")
        .check(CLASSES);
  }

  @Test
  void modelDoesNoInputOrOutput() {
    noClasses()
        .that()
        .resideInAPackage(OURS + "model..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..", "java.net..")
        .check(CLASSES);
  }

  @Test
  void everyPackageSaysThatItHasNoNulls() {
    Set<String> packages = new TreeSet<>();
    Set<String> marked = new TreeSet<>();
    for (JavaClass one : CLASSES) {
      packages.add(one.getPackageName());
      if (one.getSimpleName().equals("package-info")
          && one.isAnnotatedWith("org.jspecify.annotations.NullMarked")) {
        marked.add(one.getPackageName());
      }
    }
    assertThat(marked).isEqualTo(packages);
  }

  private static String module(JavaClass one) {
    String rest = one.getPackageName().substring(OURS.length());
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }
}
