package baseline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Valid events, normalised, go to one sink; the others, as they came and with the reason, to the other. */
final class LoginProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  static final String OUTPUT = "output";
  static final String DEAD_LETTER = "dead-letter";

  private static final byte[] MALFORMED = "MALFORMED_JSON".getBytes(US_ASCII);
  private static final byte[] INVALID = "VALIDATION_FAILED".getBytes(US_ASCII);
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private ProcessorContext<byte[], byte[]> context;

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (record.value() == null || record.value().length == 0) {
      reject(record, INVALID);
      return;
    }
    try {
      JsonNode value = JSON.readTree(record.value());
      if (value instanceof ObjectNode event && LoginRules.hold(event)) {
        context.forward(record.withValue(JSON.writeValueAsBytes(normalise(event))), OUTPUT);
      } else {
        reject(record, INVALID);
      }
    } catch (JsonProcessingException error) {
      reject(record, MALFORMED);
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private static ObjectNode normalise(ObjectNode event) {
    var locale = event.get("locale");
    if (locale != null && locale.isTextual()) {
      event.put("locale", locale.textValue().toLowerCase(Locale.ROOT));
    }
    return event.put("processed_at", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
  }

  private void reject(Record<byte[], byte[]> record, byte[] reason) {
    record.headers().add("dlq.reason", reason);
    context.forward(record, DEAD_LETTER);
  }
}
