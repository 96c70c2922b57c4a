package io.mayfly.kafka;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A real broker in a process of its own, which can be killed and started again. */
public final class Broker implements AutoCloseable {
  private final Path folder;
  private final int port;
  private final int controllerPort;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private Process process;

  /**
   * Starts one.
   *
   * @param folder its own, which may not be there yet
   */
  public Broker(Path folder) {
    this.folder = folder;
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = one.getLocalPort();
      this.controllerPort = other.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.process = start();
    Map<String, Object> settings = Map.of("bootstrap.servers", address());
    this.admin = Admin.create(settings);
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                address(),
                "max.request.size",
                10_000_000,
                "acks",
                "all",
                "reconnect.backoff.max.ms",
                500),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Where it serves. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  private Process start() {
    try {
      Process started =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  BrokerMain.class.getName(),
                  folder.toString(),
                  Integer.toString(port),
                  Integer.toString(controllerPort))
              .redirectError(folder.resolveSibling("broker.log").toFile())
              .start();
      BufferedReader out = started.inputReader(StandardCharsets.UTF_8);
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.equals(BrokerMain.UP)) {
          return started;
        }
      }
      throw new IllegalStateException(
          "the broker did not start: " + Files.readString(folder.resolveSibling("broker.log")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills it, as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  void restart() {
    process = start();
  }

  /** Makes a topic. */
  public void create(String topic, int partitions) throws InterruptedException, ExecutionException {
    admin
        .createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
        .all()
        .get();
  }

  /** Writes records; they are there when this returns. */
  void send(List<ProducerRecord<byte[], byte[]>> records)
      throws InterruptedException, ExecutionException {
    for (Future<RecordMetadata> sent : records.stream().map(producer::send).toList()) {
      var _ = sent.get();
    }
  }

  /** Writes values to a partition; they are there when this returns. */
  public void send(String topic, int partition, String... values)
      throws InterruptedException, ExecutionException {
    send(Stream.of(values).map(value -> record(topic, partition, value)).toList());
  }

  static ProducerRecord<byte[], byte[]> record(String topic, int partition, String value) {
    return new ProducerRecord<>(topic, partition, null, value.getBytes(StandardCharsets.UTF_8));
  }

  /** The offset that a group would go on with; -1 if it has none. */
  public long committed(String group, String topic, int partition) {
    try {
      OffsetAndMetadata offset =
          admin
              .listConsumerGroupOffsets(group)
              .partitionsToOffsetAndMetadata()
              .get()
              .get(new TopicPartition(topic, partition));
      return offset == null ? -1 : offset.offset();
    } catch (ExecutionException e) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
    admin.close(Duration.ZERO);
    kill();
  }
}
