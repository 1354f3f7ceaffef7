import { at } from "../../api/http";
import type { Organisation } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { StateBadge } from "../../design/Badge";
import { named, words } from "../../words";
import { span } from "./days";

/** What an organisation is, whom it stands under, and whom to call. */
export function Facts({ one }: { readonly one: Organisation }) {
  const text = words.value.directory;
  const more = words.value.organisation;
  const sender = one.systems[0]?.["id"];
  return (
    <section class="card stack-s" aria-label={text.one}>
      <dl class="facts">
        <dt>{text.level}</dt><dd>{named(words.value.levels, one.level)}</dd>
        <dt>{text.state}</dt><dd><StateBadge state={one.stands} /></dd>
        <dt>{more.exists}</dt><dd>{span(one.valid_from, one.valid_to)}</dd>
        {one.path.length > 0 && (
          <>
            <dt>{text.parent}</dt>
            <dd class="long">{one.path.map((above, index) => <span key={above.id}>{index > 0 && " › "}<Link href={href(at`/directory/${above.id}`)}>{above.name}</Link></span>)}</dd>
          </>
        )}
        {one.groups.length > 0 && <><dt>{more.groups}</dt><dd class="long">{one.groups.join(", ")}</dd></>}
        {one.contacts.map((contact, index) => (
          <>
            <dt key={`${String(index)}t`}>{named(more.contactOf, contact.of)}</dt>
            <dd key={`${String(index)}d`} class="long">{[contact.name, contact.email, contact.phone].filter(Boolean).join(" · ")}</dd>
          </>
        ))}
        {one.contacts.length === 0 && <><dt>{more.contacts}</dt><dd class="soft">{text.noneOfThese}</dd></>}
        {typeof sender === "string" && <><dt>{words.value.nav.messages}</dt><dd><Link href={href("/messages", { source: sender })}>{text.sent}</Link></dd></>}
      </dl>
    </section>
  );
}
