import type { DocumentVerdict, DocumentVerdicts, SignatureVerdict } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { Badge, toneOf } from "../../design/Badge";
import { count, Time } from "../../design/Time";
import { named, words } from "../../words";
import { ReasonCard } from "./ReasonCard";

/** What the hub found out about the signatures inside the documents, with who must act. */
export function VerdictCard({ found, held }: { readonly found: DocumentVerdicts; readonly held: boolean }) {
  const text = words.value.verdict;
  return (
    <section class="card stack-s" aria-label={text.title} data-verdict>
      <h2>{text.title}</h2>
      <dl class="facts">
        <dt>{text.policy}</dt><dd>{named(text.policies, found.policy)}</dd>
        <dt>{text.judged}</dt><dd>{found.judged_at ? <Time at={found.judged_at} /> : text.waiting}</dd>
      </dl>
      {found.documents.length === 0 && <p class="soft">{text.none}</p>}
      {found.documents.map((one) => <Document key={one.hash} one={one} />)}
      {held && mayDo("GET /v1/admin/documents") && <div class="row"><Link href={href("/documents")} class="button">{text.held}</Link></div>}
    </section>
  );
}

function Document({ one }: { readonly one: DocumentVerdict }) {
  const text = words.value.verdict;
  return (
    <article class="stack-s" aria-label={`${text.document} ${one.hash}`}>
      <h3 class="row"><span>{text.document}</span><Grade grade={one.grade} /></h3>
      <span class="code small long">{one.hash}</span>
      {one.reasons.map((reason) => <ReasonCard key={reason.code} code={reason.code} help={reason.help} />)}
      {one.grade && one.signatures.length === 0 && <p class="small soft">{text.noSignatures}</p>}
      {one.signatures.map((signature, index) => <Signature key={index} number={index + 1} one={signature} />)}
      {one.trust && <span class="small soft">{text.trust}: {one.trust}</span>}
    </article>
  );
}

function Signature({ number, one }: { readonly number: number; readonly one: SignatureVerdict }) {
  const text = words.value.verdict;
  return (
    <div class="stack-s">
      <p class="row"><strong>{text.signature(count(number))}</strong><Grade grade={one.grade} /></p>
      <p class="small">
        {one.algorithm && <><span class="code">{one.algorithm}</span> · </>}
        {one.proven_at ? <>{text.stamped} <Time at={one.proven_at} ago={false} /></> : text.noStamp}
      </p>
      {one.reasons.map((reason) => <ReasonCard key={reason.code} code={reason.code} help={reason.help} />)}
    </div>
  );
}

function Grade({ grade }: { readonly grade: string | null }) {
  const text = words.value.verdict;
  return grade ? <Badge tone={toneOf(grade)} text={named(text.grades, grade)} /> : <Badge tone="info" text={text.notYet} />;
}
