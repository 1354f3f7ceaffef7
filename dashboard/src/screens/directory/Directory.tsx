import { Link } from "../../app/Link";
import { filter, href, place } from "../../app/router";
import { mayDo } from "../../app/session";
import { CheckField, TextField } from "../../design/Field";
import { Page } from "../../design/Page";
import { words } from "../../words";
import { FoundList } from "./Found";
import { ImportCard } from "./Import";
import { NewButton } from "./Change";
import { Level } from "./Tree";
import "./directory.css";

const PREVIEWS = "POST /v1/admin/directory:preview";

/** The organisations as they stand above one another; and a file of them, looked at before it is taken. */
export function DirectoryScreen() {
  const text = words.value.directory;
  const importing = place.value.query["tab"] === "import" && mayDo(PREVIEWS);
  return (
    <Page title={text.title} lead={text.lead} actions={<NewButton />}>
      {mayDo(PREVIEWS) && (
        <nav class="tabs" aria-label={text.title}>
          <Link href={href("/directory")} current={!importing}>{words.value.tree.tab}</Link>
          <Link href={href("/directory", { tab: "import" })} current={importing}>{words.value.directoryImport.tab}</Link>
        </nav>
      )}
      {importing ? <ImportCard /> : <Organisations />}
    </Page>
  );
}

function Organisations() {
  const text = words.value.directory;
  const { name: wanted = "", ended } = place.value.query;
  return (
    <>
      <div class="card stack-s">
        <TextField label={text.find} hint={words.value.tree.findHint} name="name" type="search" maxLength={200} value={wanted} onInput={(value) => filter({ name: value })} />
        <CheckField label={words.value.tree.ended} checked={ended === "yes"} onChange={(on) => filter({ ended: on ? "yes" : "" })} />
      </div>
      <section class="card" aria-label={text.title}>
        {wanted.trim() ? <FoundList wanted={wanted.trim()} /> : <Level under="" ended={ended === "yes"} />}
      </section>
    </>
  );
}
