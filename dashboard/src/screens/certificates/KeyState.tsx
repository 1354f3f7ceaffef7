import type { Certificate } from "../../api/shapes";
import { Badge } from "../../design/Badge";
import { words } from "../../words";

/** Whether a key, or the key behind a certificate, counts, and why not. */
export function KeyState({ certificate }: { readonly certificate: Pick<Certificate, "compromised_at" | "revoked" | "suspended"> }) {
  const text = words.value.certificates;
  const { compromised_at: compromised, revoked, suspended } = certificate;
  if (compromised) return <Badge tone="bad" text={text.keyCompromised} />;
  if (revoked) return <Badge tone="bad" text={text.keyRevoked} />;
  return suspended ? <Badge tone="warn" text={text.keySuspended} /> : <Badge tone="good" text={text.keyGood} />;
}
