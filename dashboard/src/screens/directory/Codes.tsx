import { useSignal } from "@preact/signals";
import { at } from "../../api/http";
import type { Organisation } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { useFields } from "../../app/fields";
import { Badge } from "../../design/Badge";
import { CheckField, ChoiceField, TextField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { Table, type Column } from "../../design/Table";
import { Write } from "../../design/Write";
import { named, words } from "../../words";
import { span } from "./days";
import { save } from "./save";

const PUTS = "change put_code";
const SCHEMES = ["qd20", "qcvn102", "other"] as const;
type Tenure = Organisation["codes"][number];
interface Props {
  readonly one: Organisation;
  readonly again: () => void;
}

/** The codes of an organisation in both national forms, with their days; those of old lead to it for ever. */
export function Codes({ one, again }: Props) {
  const text = words.value.directory;
  const edited = useSignal<{ readonly code: Tenure | null } | null>(null);
  const columns: readonly Column<Tenure>[] = [
    { key: "code", title: text.code, cell: (row) => <Written row={row} /> },
    { key: "scheme", title: text.scheme, cell: (row) => named(words.value.organisation.schemes, row.scheme) },
    { key: "valid", title: text.valid, cell: (row) => span(row.valid_from, row.valid_to) },
    { key: "counts", title: text.state, cell: (row) => <Counts row={row} /> },
    ...(mayDo(PUTS) ? [{ key: "act", title: words.value.edit.act, cell: (row: Tenure) => row.now_of === null && <Write does={PUTS} onClick={() => { edited.value = { code: row }; }}>{words.value.edit.change}</Write> }] : []),
  ];
  return (
    <section class="stack-s" aria-label={text.codes}>
      <div class="row spread"><h2>{text.codes}</h2><Write does={PUTS} onClick={() => { edited.value = { code: null }; }}>{words.value.organisation.addCode}</Write></div>
      {one.codes.length === 0 ? <p class="soft">{text.noneOfThese}</p> : <Table label={text.codes} columns={columns} rows={one.codes} id={(row) => `${row.code} ${row.valid_from ?? ""}`} />}
      {edited.value && <CodeForm of={one.id} code={edited.value.code} done={again} onClose={() => { edited.value = null; }} />}
    </section>
  );
}

function Written({ row }: { readonly row: Tenure }) {
  return <><code>{row.code}</code>{row.certainty === "recalled" && <> <Badge tone="warn" text={words.value.organisation.recalled} /></>}</>;
}

function Counts({ row }: { readonly row: Tenure }) {
  const text = words.value.organisation;
  if (row.now_of !== null) return <>{text.nowOf} <Link href={href(at`/directory/${row.now_of}`)}>{row.now_of}</Link></>;
  return <Badge tone={row.counts ? "good" : "none"} text={row.counts ? text.counts : text.countsNot} />;
}

interface FormProps {
  readonly of: string;
  /** The code whose days are changed; null: a new one. */
  readonly code: Tenure | null;
  readonly done: () => void;
  readonly onClose: () => void;
}

function CodeForm({ of, code, done, onClose }: FormProps) {
  const text = words.value.organisation;
  const { fields, put } = useFields({ code: code?.code ?? "", scheme: code?.scheme ?? "qd20", valid_from: code?.valid_from ?? "", valid_to: code?.valid_to ?? "" });
  const second = useSignal(false);
  const act = async (reason: string) => {
    const { code: written, scheme, valid_from, valid_to } = fields.value;
    await save({ change: "put_code", organisation: of, code: written.trim(), scheme, valid_from: valid_from || null, valid_to: valid_to || null }, reason, second.value);
    done();
  };
  const title = code ? `${words.value.edit.change}: ${code.code}` : text.addCode;
  return (
    <ReasonDialog title={title} action={second.value ? text.propose : words.value.edit.save} act={act} onClose={onClose}>
      {!code && <TextField label={words.value.directory.code} hint={text.codeHint} name="code" required maxLength={80} value={fields.value.code} onInput={put("code")} />}
      <ChoiceField label={words.value.directory.scheme} name="scheme" value={fields.value.scheme} onInput={put("scheme")} options={SCHEMES.map((scheme) => [scheme, named(text.schemes, scheme)] as const)} />
      <div class="filters-row">
        <TextField label={text.from} name="valid_from" type="date" value={fields.value.valid_from} onInput={put("valid_from")} />
        <TextField label={text.to} name="valid_to" type="date" hint={text.codeEnds} value={fields.value.valid_to} onInput={put("valid_to")} />
      </div>
      <CheckField label={text.second} checked={second.value} onChange={(on) => { second.value = on; }} />
    </ReasonDialog>
  );
}
