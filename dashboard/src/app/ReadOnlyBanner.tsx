import { Time } from "../design/Time";
import { words } from "../words";
import { readOnly } from "./read-only";

/** What every control that is switched off points at for its reason. */
export const BANNER_ID = "read-only";

/** Says on every screen why nothing can be changed now, since when, and who can end it. */
export function ReadOnlyBanner() {
  const found = readOnly.value;
  if (!found?.on) return null;
  const text = words.value.readOnly;
  return (
    <p class="banner" role="status" id={BANNER_ID}>
      {text.banner} {found.by && <>{text.by(found.by)} <Time at={found.at} />. </>}{found.fixed ? text.fixed : text.ask}
    </p>
  );
}
