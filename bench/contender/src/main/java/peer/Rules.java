package peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a decision depends on besides the message, read once from the benchmark's files. */
final class Rules {
    final String hub;
    final byte[] mac;
    final String macKey;
    final Map<String, PublicKey> keys = new HashMap<>();
    final Map<String, String> organisationOfCode = new HashMap<>();
    final Map<String, String> systemOfOrganisation = new HashMap<>();
    final Set<String> rights = new HashSet<>();
    final JsonSchema schema;

    Rules(Path dir) throws Exception {
        JsonNode root = new ObjectMapper().readTree(Files.readAllBytes(dir.resolve("contender.json")));
        hub = root.get("hub").asText();
        macKey = root.get("mac_key").asText();
        mac = Base64.getDecoder().decode(root.get("mac").asText());
        KeyFactory factory = KeyFactory.getInstance("EC");
        for (Map.Entry<String, JsonNode> key : root.get("keys").properties()) {
            byte[] der = Base64.getDecoder().decode(key.getValue().asText());
            keys.put(key.getKey(), factory.generatePublic(new X509EncodedKeySpec(der)));
        }
        root.get("codes").properties().forEach(e -> organisationOfCode.put(e.getKey(), e.getValue().asText()));
        root.get("endpoints").properties().forEach(e -> systemOfOrganisation.put(e.getKey(), e.getValue().asText()));
        root.get("rights").forEach(right -> rights.add(right.asText()));
        schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(root.get("schema").toString());
    }
}
