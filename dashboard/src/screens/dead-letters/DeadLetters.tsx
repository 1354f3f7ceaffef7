import { filter, href, place } from "../../app/router";
import { Link } from "../../app/Link";
import { ChoiceField, TextField } from "../../design/Field";
import { Page } from "../../design/Page";
import { named, words } from "../../words";
import { Groups } from "./Groups";
import { DeadLetterList } from "./List";

const TYPED = ["connector", "code", "system", "fingerprint"] as const;
/** What narrows dead letters; `GET /v1/admin/dead-letters` takes these. */
export const NARROWING = [...TYPED, "stage", "assignee"] as const;
/** How far a dead letter may be; `""`: whatever is open. */
const STAGES = ["new", "acknowledged", "retrying", "resolved", "discarded"] as const;

/** What the hub has stopped trying: by cause first, because a cause is repaired once. */
export function DeadLettersScreen() {
  const text = words.value.deadLetters;
  const desk = words.value.desk;
  const query = place.value.query;
  const list = query["view"] === "list";
  const wanted = Object.fromEntries(NARROWING.map((name) => [name, query[name] ?? ""]));
  return (
    <Page title={text.title} lead={text.lead} actions={<Link href={href("/retry-jobs")} class="button">{words.value.nav.jobs}</Link>}>
      <div class="card filters-row">
        {TYPED.map((name) => (
          <TextField key={name} label={text.filters[name]} name={name} value={wanted[name] ?? ""} onInput={(value) => filter({ [name]: value.trim(), after: undefined })} />
        ))}
        <TextField label={desk.assignee} name="assignee" value={wanted["assignee"] ?? ""} onInput={(value) => filter({ assignee: value.trim(), after: undefined })} />
        <ChoiceField label={desk.stage} name="stage" value={wanted["stage"] ?? ""} onInput={(value) => filter({ stage: value, after: undefined })}
          options={[["", desk.open], ...STAGES.map((stage) => [stage, named(desk.stages, stage)] as const)]} />
      </div>
      <nav class="tabs" aria-label={text.title}>
        <Link href={href("/dead-letters", wanted)} current={!list}>{text.byCause}</Link>
        <Link href={href("/dead-letters", { ...wanted, view: "list" })} current={list}>{text.oneByOne}</Link>
      </nav>
      {list ? <DeadLetterList wanted={wanted} /> : <Groups wanted={wanted} />}
    </Page>
  );
}
