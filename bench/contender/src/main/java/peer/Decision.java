package peer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** One message: the same checks as the hub's, in the same order. Not shared between threads. */
final class Decision {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final Base64.Decoder BASE64 = Base64.getUrlDecoder();
    private static final Base64.Encoder ENCODE = Base64.getUrlEncoder().withoutPadding();
    private static final String SYSTEM = "urn:hub:system:";
    private static final String ORGANISATION = "urn:hub:org:";

    static final class Refused extends Exception {
        Refused(String reason) {
            super(reason, null, false, false);
        }
    }

    private final Rules rules;
    private final Mac mac;
    private final MessageDigest sha = MessageDigest.getInstance("SHA-256");

    String source = "";
    String id = "";
    String type;
    String subject;
    byte[] contentHash;
    byte[] bodyHash;

    Decision(Rules rules) throws Exception {
        this.rules = rules;
        mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(rules.mac, "HmacSHA256"));
    }

    /** Prove who sent it; afterwards `source`, `id` and the hashes are known. */
    Map<String, String> examine(Headers headers, byte[] body, Instant now) throws Exception {
        Map<String, String> copies = new HashMap<>();
        Map<String, String> own = new HashMap<>();
        for (Header header : headers) {
            String value = new String(header.value(), StandardCharsets.UTF_8);
            if (header.key().startsWith("ce_")) copies.put(header.key().substring(3), value);
            else if (header.key().equals("content-type")) copies.put("datacontenttype", value);
            else own.put(header.key(), value);
        }
        bodyHash = sha.digest(body);
        String jws = own.get("hub-signature");
        stamp(own, jws);
        String[] parts = jws.split("\\.", -1);
        if (parts.length != 3 || !parts[1].isEmpty()) throw new Refused("signature_malformed");
        JsonNode header = JSON.readTree(BASE64.decode(parts[0]));
        if (header.size() != 7 || !header.get("typ").asText().equals("hub-msg+jws")
                || header.get("b64").asBoolean(true) || !header.get("crit").toString().equals("[\"b64\"]"))
            throw new Refused("signature_malformed");
        TreeMap<String, String> claims = new TreeMap<>();
        header.get("ce").properties().forEach(e -> claims.put(e.getKey(), e.getValue().textValue()));
        if (!claims.equals(copies)) throw new Refused("attribute_mismatch");
        if (!header.get("hub").asText().equals(rules.hub)) throw new Refused("wrong_audience");
        source = claims.get("source").substring(SYSTEM.length());
        id = claims.get("id");
        type = claims.get("type");
        subject = claims.get("subject");
        if (!own.get("hub_peer").equals(source)) throw new Refused("peer_mismatch");
        verify(header, parts, body);
        Instant time = Instant.parse(claims.get("time"));
        if (time.isAfter(now.plus(Duration.ofMinutes(5)))) throw new Refused("clock_ahead");
        if (time.isBefore(now.minus(Duration.ofDays(30)))) throw new Refused("too_old");
        sha.update(bodyHash);
        contentHash = sha.digest(JSON.writeValueAsBytes(claims));
        return claims;
    }

    /** Rights, schema, route: the system that gets it. */
    String settle(Map<String, String> claims, byte[] body) throws Exception {
        String address = claims.get("recipients");
        if (!rules.rights.contains(source + " " + type)) throw new Refused("not_permitted");
        if (!rules.schema.validate(JSON.readTree(body)).isEmpty()) throw new Refused("schema_violation");
        String organisation = rules.organisationOfCode.get(address.substring(ORGANISATION.length()));
        if (organisation == null) throw new Refused("unknown_recipient");
        String system = rules.systemOfOrganisation.get(organisation + " " + type);
        if (system == null) throw new Refused("no_endpoint");
        return system;
    }

    String token(String recipient, int partition) {
        byte[] value = hmac(bytes("delivery"), bytes(source), bytes(id), bytes(recipient), bodyHash,
                bytes(Integer.toString(partition)));
        return rules.macKey + "." + partition + "." + ENCODE.encodeToString(bodyHash) + "."
                + ENCODE.encodeToString(java.util.Arrays.copyOf(value, 16));
    }

    byte[] audit(String event, String reason, String recipient, int partition, long offset, Instant now)
            throws Exception {
        Map<String, Object> detail = new HashMap<>();
        if (recipient != null) {
            detail.put("recipients", new String[] {recipient});
            detail.put("type", type);
            detail.put("subject", subject);
            detail.put("content_sha256", HexFormat.of().formatHex(contentHash));
        }
        Map<String, Object> record = new HashMap<>();
        record.put("v", 1);
        record.put("event", event);
        record.put("source", source);
        record.put("id", id);
        record.put("at", now.toString());
        record.put("reason", reason);
        record.put("body_sha256", HexFormat.of().formatHex(bodyHash));
        record.put("ingress", Map.of("partition", partition, "offset", offset));
        record.put("detail", detail);
        return JSON.writeValueAsBytes(record);
    }

    private void stamp(Map<String, String> own, String jws) throws Refused {
        String given = own.get("hub_mac");
        if (jws == null || given == null) throw new Refused("not_admitted");
        byte[] value = hmac(bytes("stamp"), bytes(own.get("hub_peer")), bytes(own.get("hub_received_at")),
                bytes(own.get("hub_objects")), bytes(jws), bodyHash);
        if (!MessageDigest.isEqual(bytes(rules.macKey + "." + ENCODE.encodeToString(value)), bytes(given)))
            throw new Refused("not_admitted");
    }

    private void verify(JsonNode header, String[] parts, byte[] body) throws Exception {
        PublicKey key = rules.keys.get(source + " " + header.get("kid").asText());
        if (key == null) throw new Refused("unknown_key");
        if (!header.get("alg").asText().equals("ES256")) throw new Refused("algorithm_mismatch");
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initVerify(key);
        signature.update(bytes(parts[0]));
        signature.update((byte) '.');
        signature.update(body);
        if (!signature.verify(der(BASE64.decode(parts[2])))) throw new Refused("bad_signature");
    }

    private byte[] hmac(byte[]... parts) {
        for (byte[] part : parts) {
            mac.update(ByteBuffer.allocate(4).putInt(part.length).array());
            mac.update(part);
        }
        return mac.doFinal();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The fixed form R || S of RFC 7518, section 3.4, as DER. */
    private static byte[] der(byte[] raw) throws Refused {
        if (raw.length != 64) throw new Refused("bad_signature");
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int start : new int[] {0, 32}) {
            int first = start;
            while (first < start + 31 && raw[first] == 0) first++;
            boolean pad = raw[first] < 0;
            body.write(2);
            body.write(start + 32 - first + (pad ? 1 : 0));
            if (pad) body.write(0);
            body.write(raw, first, start + 32 - first);
        }
        byte[] content = body.toByteArray();
        return ByteBuffer.allocate(content.length + 2).put((byte) 0x30).put((byte) content.length).put(content).array();
    }
}
