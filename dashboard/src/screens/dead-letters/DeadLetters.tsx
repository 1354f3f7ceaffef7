import { filter, href, place } from "../../app/router";
import { Link } from "../../app/Link";
import { TextField } from "../../design/Field";
import { Page } from "../../design/Page";
import { words } from "../../words";
import { Groups } from "./Groups";
import { DeadLetterList } from "./List";

/** What narrows dead letters; `GET /v1/admin/dead-letters` takes these. */
export const NARROWING = ["connector", "code", "system", "fingerprint"] as const;

/** What the hub has stopped trying: by cause first, because a cause is repaired once. */
export function DeadLettersScreen() {
  const text = words.value.deadLetters;
  const query = place.value.query;
  const list = query["view"] === "list";
  const wanted = Object.fromEntries(NARROWING.map((name) => [name, query[name] ?? ""]));
  return (
    <Page title={text.title} lead={text.lead} actions={<Link href={href("/retry-jobs")} class="button">{words.value.nav.jobs}</Link>}>
      <div class="card filters-row">
        {NARROWING.map((name) => (
          <TextField key={name} label={text.filters[name]} name={name} value={wanted[name] ?? ""} onInput={(value) => filter({ [name]: value.trim(), after: undefined })} />
        ))}
      </div>
      <nav class="tabs" aria-label={text.title}>
        <Link href={href("/dead-letters", wanted)} current={!list}>{text.byCause}</Link>
        <Link href={href("/dead-letters", { ...wanted, view: "list" })} current={list}>{text.oneByOne}</Link>
      </nav>
      {list ? <DeadLetterList wanted={wanted} /> : <Groups wanted={wanted} />}
    </Page>
  );
}
