import { Dialog } from "../design/Dialog";
import { words } from "../words";
import { helpShown } from "./keys";
import { SCREENS } from "./screens";

/** What the keys do. */
export function Help() {
  if (!helpShown.value) return null;
  const text = words.value;
  const close = () => { helpShown.value = false; };
  const keys: readonly (readonly [string, string])[] = [
    ["/", text.help.search], ["j k", text.help.rows], ["?", text.help.help],
    ...SCREENS.flatMap((screen) => (screen.key ? [[`g ${screen.key}`, text.nav[screen.name]] as const] : [])),
  ];
  return (
    <Dialog title={text.help.title} onClose={close}>
      <dl class="facts">
        {keys.map(([key, meaning]) => <div key={key} class="key-row"><dt><kbd>{key}</kbd></dt><dd>{meaning}</dd></div>)}
      </dl>
      <p class="small soft">{text.help.off}</p>
      <div class="dialog-actions"><button type="button" class="button button-main" onClick={close}>{text.help.close}</button></div>
    </Dialog>
  );
}
