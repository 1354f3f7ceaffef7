import { ask } from "../../api/http";
import { useLoad } from "../../api/load";
import type { SessionRow } from "../../api/shapes";
import { signOutEverywhere } from "../../app/session";
import { Badge } from "../../design/Badge";
import { Shown } from "../../design/Notice";
import { Time } from "../../design/Time";
import { Write } from "../../design/Write";
import { words } from "../../words";

/** One's own sign-ins: somebody else's would stand here too. */
export function Sessions() {
  const text = words.value.profile;
  const found = useLoad("sessions", (stop) => ask<{ items: readonly SessionRow[] }>("GET", "/ops/sessions", { stop }));
  return (
    <section class="card stack-s" aria-label={text.sessions}>
      <h2>{text.sessions}</h2>
      <Shown from={found} empty={({ items }) => items.length === 0}>
        {({ items }) => (
          <ul class="plain-list">
            {items.map((one) => (
              <li key={one.made_at} class="row">
                {one.this && <Badge tone="info" text={text.thisSession} />}
                <span>{text.signedIn} <Time at={one.made_at} ago={false} /> · {text.seen} <Time at={one.seen_at} />{one.address && ` · ${words.value.notices.from} ${one.address}`}{one.wall && ` · ${words.value.notices.wall}`}</span>
              </li>
            ))}
          </ul>
        )}
      </Shown>
      <Write does="DELETE /ops/session" onClick={() => void signOutEverywhere()}>{text.everywhere}</Write>
    </section>
  );
}
