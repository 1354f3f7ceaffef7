import { liveState, liveWanted } from "../api/live";
import { words } from "../words";

/** Whether what is shown keeps up with the hub; a press pauses it. */
export function LiveMark() {
  const state = liveState.value;
  return (
    <button type="button" class={`button button-plain live live-${state}`} aria-pressed={liveWanted.value}
      title={words.value.live.toggle} onClick={() => { liveWanted.value = !liveWanted.value; }}>
      <span class="live-dot" aria-hidden="true" />
      <span role="status" data-live={state}>{words.value.live[state]}</span>
    </button>
  );
}
