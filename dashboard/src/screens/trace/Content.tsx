import { useSignal } from "@preact/signals";
import { ask, at } from "../../api/http";
import type { Content, Resubmitted } from "../../api/shapes";
import { go, href } from "../../app/router";
import { mayDo } from "../../app/session";
import { AreaField } from "../../design/Field";
import { ReasonDialog } from "../../design/Reason";
import { say } from "../../design/toast";
import { Write } from "../../design/Write";
import { words } from "../../words";

const LOOK = "POST /ops/messages/{source}/{id}/content";
const SEND = "POST /ops/messages/{source}/{id}:resubmit";

interface Props {
  readonly source: string;
  readonly id: string;
  /** The systems that a corrected copy is for, unless somebody says otherwise. */
  readonly recipients: readonly string[];
  readonly kept: boolean;
  readonly title?: string;
}

/** What a message says, with its personal fields masked; a corrected copy under another name. */
export function ContentCard({ kept, title, ...about }: Props) {
  const text = words.value.content;
  const asked = useSignal<"look" | "send" | null>(null);
  const seen = useSignal<Content | null>(null);
  const look = async (reason: string) => {
    seen.value = await ask<Content>("POST", at`/ops/messages/${about.source}/${about.id}/content`, { body: { reason } });
  };
  const close = () => { asked.value = null; };
  return (
    <section class="card stack-s" aria-label={title ?? text.title}>
      <h2>{title ?? text.title}</h2>
      <p class="small soft">{mayDo(LOOK) ? text.lead : text.noRight}</p>
      {kept && (
        <div class="row">
          <Write does={LOOK} onClick={() => { asked.value = "look"; }}>{text.show}</Write>
          <Write does={SEND} onClick={() => { asked.value = "send"; }}>{text.edit}</Write>
        </div>
      )}
      {seen.value && <Seen content={seen.value} />}
      {asked.value === "look" && <ReasonDialog title={text.show} action={text.show} act={look} onClose={close}><p>{text.lead}</p></ReasonDialog>}
      {asked.value === "send" && <Resubmit {...about} content={seen.value} onClose={close} />}
    </section>
  );
}

function Seen({ content }: { readonly content: Content }) {
  const text = words.value.content;
  return (
    <>
      <p class="small" data-masked={String(content.masked)}>{content.masked ? (content.declared ? text.masked : text.undeclared) : text.plain}</p>
      <pre tabIndex={0} aria-label={text.title} data-content>{JSON.stringify(content.content, null, 2)}</pre>
    </>
  );
}

interface ResubmitProps extends Omit<Props, "kept" | "title"> {
  readonly content: Content | null;
  readonly onClose: () => void;
}

function Resubmit({ source, id, recipients: first, content, onClose }: ResubmitProps) {
  const text = words.value.content;
  // A masked text is never a draft: what is masked would be sent as it is shown.
  const body = useSignal(content && !content.masked ? JSON.stringify(content.content, null, 2) : "");
  const recipients = useSignal(first.join("\n"));
  const act = async (reason: string) => {
    const to = recipients.value.split(/\s+/).filter(Boolean);
    const made = await ask<Resubmitted>("POST", `${at`/ops/messages/${source}/${id}`}:resubmit`, { body: { body: body.value, recipients: to, reason } });
    if (made.waits) {
      say(words.value.corrections.waits);
      return;
    }
    say(text.sent);
    go(href(at`/messages/${made.source}/${made.id}`));
  };
  return (
    <ReasonDialog title={text.edit} action={text.edit} risky act={act} onClose={onClose}>
      <p>{text.editLead}</p>
      <AreaField label={text.body} name="body" required code value={body.value} onInput={(value) => { body.value = value; }} />
      <AreaField label={text.recipients} name="recipients" required value={recipients.value} onInput={(value) => { recipients.value = value; }} />
    </ReasonDialog>
  );
}
