import { useSignal } from "@preact/signals";
import { beginnings, chooseFirstScreen, firstScreen, LAST } from "../../app/landing";
import { shortcuts, theme, zone, type Theme } from "../../app/preferences";
import { keepProfile, mayDo, me } from "../../app/session";
import { MEANINGS } from "../../api/rights";
import { CheckField, ChoiceField } from "../../design/Field";
import { Page } from "../../design/Page";
import { either, language, words, type Language } from "../../words";
import { PasswordForm } from "../sign-in/Password";
import { NoticesCard } from "./Notices";
import { Sessions } from "./Sessions";

/** One's own language, colours, keys, password; and what one may do. */
export function ProfileScreen() {
  const text = words.value.profile;
  const open = beginnings();
  const first = useSignal(firstScreen());
  const choose = (wanted: string) => {
    chooseFirstScreen(wanted);
    first.value = wanted;
  };
  return (
    <Page title={text.title} lead={`${me.value?.display ?? ""} (${me.value?.name ?? ""})`}>
      <div class="columns">
        <section class="card stack-s" aria-label={text.looks}>
          <h2>{text.looks}</h2>
          <ChoiceField label={text.language} value={language.value} onInput={(value) => { language.value = value as Language; void keepProfile(); }} options={[["vi", "Tiếng Việt"], ["en", "English"]]} />
          <ChoiceField label={text.theme} value={theme.value} onInput={(value) => { theme.value = value as Theme; }}
            options={[["system", text.themes.system], ["light", text.themes.light], ["dark", text.themes.dark]]} />
          <ChoiceField label={text.zone} value={zone.value} onInput={(value) => { zone.value = value; void keepProfile(); }}
            options={[["Asia/Ho_Chi_Minh", text.zones.vietnam], ["UTC", "UTC"]]} />
          <ChoiceField label={text.start} name="start" value={first.value === LAST || open.some(({ path }) => path === first.value) ? first.value : open[0]?.path ?? ""} onInput={choose}
            options={[[LAST, text.lastScreen], ...open.map((one) => [one.path, words.value.nav[one.name]] as const)]} />
          <CheckField label={text.shortcuts} checked={shortcuts.value} onChange={(value) => { shortcuts.value = value; }} />
        </section>
        <div class="stack">
          {me.value?.has_password && (
            <section class="card stack-s" aria-label={words.value.password.title}>
              <h2>{words.value.password.title}</h2>
              <PasswordForm />
            </section>
          )}
          {mayDo("PUT /ops/profile/notices") && <NoticesCard />}
          <Sessions />
          <section class="card stack-s" aria-label={text.rights}>
            <h2>{text.rights}</h2>
            <p>{me.value?.roles.map((role) => either(role)).join(", ")}</p>
            <ul class="small">{me.value?.rights.map((right) => <li key={right}>{meaning(right)}</li>)}</ul>
          </section>
        </div>
      </div>
    </Page>
  );
}

/** Return what a right means; of one that is newer than these files, its name. */
function meaning(right: string): string {
  return Object.hasOwn(MEANINGS, right) ? either(MEANINGS[right as keyof typeof MEANINGS]) : right;
}
