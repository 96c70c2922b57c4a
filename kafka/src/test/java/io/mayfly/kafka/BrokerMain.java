package io.mayfly.kafka;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A broker of Kafka that is its own controller, with as few threads as it can do with. */
public final class BrokerMain {
  /** What it writes when it serves. */
  static final String UP = "the broker is up";

  private static final String CLUSTER = "bWF5Zmx5LXRlc3RzLTAwMQ";

  private BrokerMain() {}

  /**
   * Runs until it is killed.
   *
   * @param args its folder, its port and its controller's
   */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Properties settings = settings(folder, args[1], args[2]);
    if (!Files.exists(folder.resolve("meta.properties"))) {
      new Formatter()
          .setPrintStream(System.err)
          .setClusterId(CLUSTER)
          .setNodeId(1)
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(folder.toString())
          .addDirectory(folder.toString())
          .run();
    }
    new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM).startup();
    System.out.write((UP + "\n").getBytes(StandardCharsets.UTF_8));
    System.out.flush();
    Thread.currentThread().join();
  }

  private static Properties settings(Path folder, String port, String controllerPort) {
    Properties settings = new Properties();
    settings.setProperty("process.roles", "broker,controller");
    settings.setProperty("node.id", "1");
    settings.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    settings.setProperty(
        "listeners",
        "PLAINTEXT://127.0.0.1:%s,CONTROLLER://127.0.0.1:%s".formatted(port, controllerPort));
    settings.setProperty("controller.listener.names", "CONTROLLER");
    settings.setProperty("log.dirs", folder.toString());
    settings.setProperty("auto.create.topics.enable", "false");
    settings.setProperty("offsets.topic.replication.factor", "1");
    settings.setProperty("offsets.topic.num.partitions", "1");
    settings.setProperty("group.initial.rebalance.delay.ms", "0");
    settings.setProperty("message.max.bytes", "10000000");
    settings.setProperty("num.network.threads", "1");
    settings.setProperty("num.io.threads", "2");
    settings.setProperty("background.threads", "1");
    settings.setProperty("log.cleaner.enable", "false");
    return settings;
  }
}
