import { Link } from "../../app/Link";
import { href, place } from "../../app/router";
import { Page } from "../../design/Page";
import { words } from "../../words";
import { MadeList } from "./Made";
import { WaitingList } from "./Waiting";

/** Messages to an organisation that became several: a person says who gets each, and sees what came of it. */
export function ReviewsScreen() {
  const text = words.value.reviews;
  const made = place.value.query["tab"] === "made";
  return (
    <Page title={text.title} lead={text.lead}>
      <nav class="tabs" aria-label={text.title}>
        <Link href={href("/reviews")} current={!made}>{text.tabs.waiting}</Link>
        <Link href={href("/reviews", { tab: "made" })} current={made}>{text.tabs.made}</Link>
      </nav>
      {made ? <MadeList /> : <WaitingList />}
    </Page>
  );
}
