import { at } from "../../api/http";
import type { TraceLink } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { Time } from "../../design/Time";
import { named, words } from "../../words";

/** What belongs to this message: its conversation, receipts, withdrawal, the same document. */
export function Links({ links }: { readonly links: readonly TraceLink[] }) {
  const text = words.value.trace;
  if (links.length === 0) return null;
  return (
    <section class="card" aria-label={text.links}>
      <h2>{text.links}</h2>
      <ul class="plain-list">
        {links.map((link) => (
          <li key={`${link.kind}/${link.source}/${link.id}`}>
            <span class="small soft">{named(text.linkKinds, link.kind)}</span><br />
            <Link href={href(at`/messages/${link.source}/${link.id}`)} class="long">{link.source} / {link.id}</Link>
            <div class="small">{link.type} · <Time at={link.decided_at} ago={false} /></div>
          </li>
        ))}
      </ul>
    </section>
  );
}
