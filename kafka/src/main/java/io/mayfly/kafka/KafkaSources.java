package io.mayfly.kafka;

import io.mayfly.model.ErrorCode;
import io.mayfly.model.EventSourceMapping;
import io.mayfly.model.MayflyException;
import io.mayfly.triggers.EventFilter;
import io.mayfly.triggers.MappedSource;
import io.mayfly.triggers.Notice;
import io.mayfly.triggers.Sender;
import io.mayfly.triggers.SourcePorts;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Topics of brokers of the owner's own as event sources ("Using Lambda with self-managed Apache
 * Kafka" in the developer guide). Whether there are such brokers is not asked before they are read.
 */
public final class KafkaSources implements MappedSource.Kind {
  private static final int MOST_PORT = 65_535;
  private static final Pattern DESTINATION = Pattern.compile("(arn:aws[a-zA-Z-]*:(sqs|sns):.+)?");

  /** What can be told of records that are given up. */
  @FunctionalInterface
  public interface Destinations {
    /**
     * Tells one of them.
     *
     * @return done when that is on the disk
     * @throws io.mayfly.triggers.UndeliverableException if it can never be told
     */
    CompletableFuture<Void> tell(String arn, Sender sender, Notice notice);
  }

  private final SourcePorts ports;
  private final Destinations destinations;

  /** How many bytes of records all mappings have in memory. */
  private final AtomicLong held = new AtomicLong();

  public KafkaSources(SourcePorts ports, Destinations destinations) {
    this.ports = ports;
    this.destinations = destinations;
  }

  @Override
  public void check(EventSourceMapping mapping) {
    refusal(mapping)
        .ifPresent(
            why -> {
              throw new MayflyException(ErrorCode.INVALID_PARAMETER, why);
            });
    var _ = filter(mapping);
  }

  /** What a mapping asks for that is not to be had; a mapping of an earlier version may. */
  static Optional<String> refusal(EventSourceMapping mapping) {
    if (!mapping.settings().access().isEmpty()) {
      return Optional.of(
          "SourceAccessConfigurations: %s needs a secret or a network of AWS, which this platform does not have. It reads Kafka over listeners of type PLAINTEXT: name such brokers and leave SourceAccessConfigurations away."
              .formatted(mapping.settings().access().getFirst().type().orElse("a configuration")));
    }
    String destination = mapping.settings().onFailure().orElse("");
    if (!DESTINATION.matcher(destination).matches()) {
      return Optional.of(
          "DestinationConfig: records of Kafka that are given up can be told to a queue of SQS or a topic of SNS here, not to %s."
              .formatted(destination));
    }
    return mapping.source().brokers().stream()
        .filter(broker -> !validPort(broker.substring(broker.lastIndexOf(':') + 1)))
        .findFirst()
        .map("The broker %s has no port between 1 and 65535."::formatted);
  }

  private static boolean validPort(String port) {
    try {
      int number = Integer.parseInt(port);
      return number > 0 && number <= MOST_PORT;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  static EventFilter filter(EventSourceMapping mapping) {
    return new EventFilter("value", mapping.settings().filters());
  }

  @Override
  public MappedSource open(EventSourceMapping mapping) {
    return new KafkaSource(ports, destinations, held, mapping);
  }
}
