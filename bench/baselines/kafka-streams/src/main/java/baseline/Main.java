package baseline;

import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/** The pipeline's work as a Kafka Streams application, configured by the pipeline's own variables. */
public final class Main {
  private static final String PROCESSOR = "login";

  public static void main(String[] args) throws InterruptedException {
    var streams = new KafkaStreams(topology(), settings());
    var ended = new CountDownLatch(1);
    streams.setStateListener((now, before) -> {
      if (now == KafkaStreams.State.ERROR) ended.countDown();
    });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
    ended.await();
    Runtime.getRuntime().halt(1);
  }

  private static Topology topology() {
    var input = env("INPUT_TOPIC");
    return new Topology()
        .addSource(input, input)
        .addProcessor(PROCESSOR, LoginProcessor::new, input)
        .addSink(LoginProcessor.OUTPUT, env("OUTPUT_TOPIC"), PROCESSOR)
        .addSink(LoginProcessor.DEAD_LETTER, env("DLQ_TOPIC"), PROCESSOR);
  }

  private static Properties settings() {
    var settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, env("CONSUMER_GROUP"));
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, env("BOOTSTRAP_SERVERS"));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, env("STATE_DIR"));
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, env("STREAM_THREADS"));
    settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    // Without it the default, which is 100 ms with exactly_once_v2.
    var commitInterval = System.getenv("COMMIT_INTERVAL_MS");
    if (commitInterval != null) settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval);
    return settings;
  }

  private static String env(String name) {
    var value = System.getenv(name);
    if (value == null) throw new IllegalArgumentException(name + " is not set");
    return value;
  }
}
