import type { Signer } from "../../api/shapes";
import { Link } from "../../app/Link";
import { at } from "../../api/http";
import { href } from "../../app/router";
import { mayDo } from "../../app/session";
import { Badge, toneOf } from "../../design/Badge";
import { Time } from "../../design/Time";
import { named, words } from "../../words";
import { ReasonCard } from "./ReasonCard";

/** Who signed the message itself: the key, its certificate at that time, and what came to be known since. */
export function SignerCard({ signer }: { readonly signer: Signer }) {
  const text = words.value.signer;
  return (
    <section class="card stack-s" aria-label={text.title} data-signer>
      <h2>{text.title}</h2>
      <p class="small soft">{text.then}</p>
      {signer.doubts.map((one) => (
        <div key={one.id} class="notice notice-forbidden" data-doubt>
          <span>{text.doubt} <Time at={one.since} ago={false} />{!one.confirmed && ` (${text.suspected})`}</span>
          <Link href={href(at`/compromises/${one.id}`)}>{text.openReport}</Link>
        </div>
      ))}
      <dl class="facts">
        <dt>{text.key}</dt><dd class="code small">{signer.kid}</dd>
        {signer.algorithm && <><dt>{text.algorithm}</dt><dd>{signer.algorithm}</dd></>}
        <dt>{text.now}</dt>
        <dd>{signer.barred ? <ReasonCard code={signer.barred.code} help={signer.barred.help} /> : <Badge tone={signer.algorithm ? "good" : "none"} text={signer.algorithm ? text.counts : text.unknownKey} />}</dd>
      </dl>
      {signer.certificate ? <CertificateThen certificate={signer.certificate} /> : <p class="small soft">{text.noCertificate}</p>}
    </section>
  );
}

function CertificateThen({ certificate }: { readonly certificate: NonNullable<Signer["certificate"]> }) {
  const text = words.value.signer;
  const states = words.value.certificates.states;
  const { id, subject, authority, since, until, status, checked_at: checked } = certificate;
  return (
    <>
      <h3>{text.certificate}</h3>
      <dl class="facts">
        <dt>{text.subject}</dt><dd>{mayDo("GET /ops/certificates/{id}") ? <Link href={href(at`/certificates/${id}`)}>{subject}</Link> : subject}</dd>
        <dt>{text.authority}</dt><dd>{authority}</dd>
        <dt>{text.valid}</dt><dd><Time at={since} ago={false} /> – <Time at={until} ago={false} /></dd>
        <dt>{text.status}</dt><dd>{status ? <><Badge tone={toneOf(status)} text={named(states, status)} /> <Time at={checked} ago={false} /></> : text.noCheck}</dd>
      </dl>
    </>
  );
}
