import type { Certificate } from "../../api/shapes";
import { Badge } from "../../design/Badge";
import { words } from "../../words";

/** Whether the key behind a certificate counts, and why not. */
export function KeyState({ certificate }: { readonly certificate: Certificate }) {
  const text = words.value.certificates;
  const { compromised_at: compromised, revoked, suspended } = certificate;
  if (compromised) return <Badge tone="bad" text={text.keyCompromised} />;
  if (revoked) return <Badge tone="bad" text={text.keyRevoked} />;
  return suspended ? <Badge tone="warn" text={text.keySuspended} /> : <Badge tone="good" text={text.keyGood} />;
}
