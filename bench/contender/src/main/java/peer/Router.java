package peer;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.RecordContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** The hub's router on Kafka Streams, exactly once. See README.md. */
public final class Router {
    private static final AtomicLong done = new AtomicLong();
    private static final AtomicLong refused = new AtomicLong();
    private static volatile long started;
    private static volatile long cpuAtStart;

    private static synchronized void begin() {
        if (started != 0) return;
        cpuAtStart = cpuNanos();
        started = System.nanoTime();
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static final class Step implements Processor<byte[], byte[], byte[], byte[]> {
        private final Rules rules;
        private ProcessorContext<byte[], byte[]> context;
        private KeyValueStore<String, byte[]> seen;
        private Decision decision;

        Step(Rules rules) {
            this.rules = rules;
        }

        @Override
        public void init(ProcessorContext<byte[], byte[]> given) {
            context = given;
            seen = given.getStateStore("seen");
            try {
                decision = new Decision(rules);
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            if (started == 0) begin();
            try {
                decide(record);
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
            done.incrementAndGet();
        }

        private void decide(Record<byte[], byte[]> record) throws Exception {
            Instant now = Instant.now();
            RecordMetadata place = context.recordMetadata().orElseThrow();
            try {
                Map<String, String> claims = decision.examine(record.headers(), record.value(), now);
                String key = decision.source + "\n" + decision.id;
                byte[] earlier = seen.get(key);
                if (earlier != null) {
                    boolean same = MessageDigest.isEqual(earlier, decision.contentHash);
                    if (!same) throw new Decision.Refused("id_reused");
                    audit(record, "duplicate", null, null, place, now);
                    return;
                }
                String system = decision.settle(claims, record.value());
                seen.put(key, decision.contentHash);
                deliver(record, system, place);
                audit(record, "admitted", null, system, place, now);
            } catch (Decision.Refused refusal) {
                refused.incrementAndGet();
                audit(record, "refused", refusal.getMessage(), null, place, now);
            }
        }

        private void deliver(Record<byte[], byte[]> record, String system, RecordMetadata place) {
            Headers headers = record.headers();
            for (String own : new String[] {"hub_peer", "hub_received_at", "hub_objects", "hub_mac"}) headers.remove(own);
            headers.add("hub_audit_partition", utf8(Integer.toString(place.partition())));
            headers.add("hub_recipient_system", utf8(system));
            headers.add("hub_delivery_token", utf8(decision.token(system, place.partition())));
            context.forward(record.withHeaders(headers), "inbox");
        }

        private void audit(Record<byte[], byte[]> record, String event, String reason, String system,
                RecordMetadata place, Instant now) throws Exception {
            byte[] value = decision.audit(event, reason, system, place.partition(), place.offset(), now);
            context.forward(new Record<>(record.key(), value, record.timestamp()), "audit");
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String inbox(byte[] key, byte[] value, RecordContext context) {
        byte[] system = context.headers().lastHeader("hub_recipient_system").value();
        return "hub.inbox." + new String(system, StandardCharsets.UTF_8);
    }

    private static Topology topology(Rules rules) {
        var bytes = Serdes.ByteArray();
        Topology topology = new Topology();
        topology.addSource("in", bytes.deserializer(), bytes.deserializer(), "hub.ingress");
        topology.addProcessor("step", () -> new Step(rules), "in");
        topology.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore("seen"), Serdes.String(), bytes), "step");
        topology.addSink("inbox", Router::inbox, bytes.serializer(), bytes.serializer(), "step");
        topology.addSink("audit", "hub.audit", bytes.serializer(), bytes.serializer(), "step");
        return topology;
    }

    private static Properties settings(String broker, String threads) {
        Properties settings = new Properties();
        settings.put("application.id", "peer-" + System.nanoTime());
        settings.put("bootstrap.servers", broker);
        settings.put("processing.guarantee", "exactly_once_v2");
        settings.put("num.stream.threads", threads);
        settings.put("auto.offset.reset", "earliest");
        settings.put("commit.interval.ms", System.getenv().getOrDefault("COMMIT_MS", "1000"));
        settings.put("state.dir", System.getenv("BENCH_DIR") + "/streams");
        settings.put("consumer.max.poll.records", "2000");
        settings.put("producer.linger.ms", "5");
        settings.put("producer.batch.size", "1048576");
        settings.put("replication.factor", "1");
        return settings;
    }

    public static void main(String[] arguments) throws Exception {
        if ("1".equals(System.getenv("CONSCRYPT")))
            Security.insertProviderAt(org.conscrypt.Conscrypt.newProvider(), 1);
        Rules rules = new Rules(Path.of(System.getenv("BENCH_DIR")));
        long count = Long.parseLong(arguments[1]);
        KafkaStreams streams = new KafkaStreams(topology(rules), settings(arguments[0], arguments[2]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(5))));
        streams.start();
        System.out.println("started");
        while (done.get() < count) Thread.sleep(20);
        double seconds = (System.nanoTime() - started) / 1e9;
        double cpu = (cpuNanos() - cpuAtStart) / 1e9;
        System.out.printf("{\"done\": %d, \"seconds\": %.3f, \"cpu\": %.3f, \"refused\": %d}%n",
                done.get(), seconds, cpu, refused.get());
        System.exit(0);
    }
}
