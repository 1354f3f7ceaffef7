import { ask, at } from "../../api/http";
import { useLoad } from "../../api/load";
import type { DeadLetter, DeadLetterDesk } from "../../api/shapes";
import { Link } from "../../app/Link";
import { href } from "../../app/router";
import { Shown } from "../../design/Notice";
import { count, Time } from "../../design/Time";
import { named, words } from "../../words";
import { DeskOrders } from "./DeskOrders";
import { Redirect } from "./Redirect";

/** How far one dead letter is with the operators, what hangs on it, and what they told each other. */
export function Desk({ one, done }: { readonly one: DeadLetter; readonly done: () => void }) {
  const text = words.value.desk;
  const found = useLoad(`${one.id}/${one.stage}`, (stop) => ask<DeadLetterDesk>("GET", at`/ops/dead-letters/${one.source}/${one.message}/${one.recipient}`, { stop }));
  const again = () => {
    found.again();
    done();
  };
  return (
    <section class="card stack-s" aria-label={text.title}>
      <h2>{text.title}</h2>
      <Shown from={found}>
        {(desk) => (
          <>
            <Facts desk={desk} />
            <div class="row">
              <DeskOrders ids={[one.id]} open={!one.ended_at} done={again} />
              {!one.ended_at && <Redirect one={one} to={desk.destinations} done={again} />}
            </div>
            {desk.waits && <p data-waits>{words.value.corrections.asked(desk.waits)} <Link href={href("/requests")}>{words.value.nav.requests}</Link></p>}
            <Notes desk={desk} />
          </>
        )}
      </Shown>
    </section>
  );
}

function Facts({ desk }: { readonly desk: DeadLetterDesk }) {
  const text = words.value.desk;
  return (
    <dl class="facts">
      <dt>{text.stage}</dt><dd data-stage={desk.stage}>{named(text.stages, desk.stage)}</dd>
      <dt>{text.assignee}</dt><dd>{desk.assignee ?? text.nobody}</dd>
      {desk.taken_by && <><dt>{text.takenBy}</dt><dd>{desk.taken_by} · <Time at={desk.taken_at} /></dd></>}
      <dt>{words.value.deadLetters.attempts}</dt><dd>{desk.most === null ? count(desk.attempts) : text.tries(count(desk.attempts), count(desk.most))}</dd>
      <dt>{text.nextAt}</dt><dd>{desk.next_at ? <Time at={desk.next_at} /> : text.none}</dd>
      <dt>{text.behind}</dt><dd data-behind>{count(desk.behind)}</dd>
      <dt>{text.alike}</dt><dd>{count(desk.alike)}</dd>
    </dl>
  );
}

function Notes({ desk }: { readonly desk: DeadLetterDesk }) {
  const text = words.value.desk;
  return (
    <>
      <h3>{text.notes}</h3>
      {desk.notes.length === 0 && <p class="small soft">{text.noNotes}</p>}
      <ul class="plain-list" data-notes>{desk.notes.map((note, index) => <li key={index}><p class="long">{note.text}</p><span class="small soft">{note.by} · <Time at={note.at} /></span></li>)}</ul>
    </>
  );
}
