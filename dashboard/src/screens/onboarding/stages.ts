/** The stages of the hub (`hub/control/onboarding.py`), each with the step that leads to it. */
export const STAGES = ["registered", "keyed", "conforming", "submitted", "approved", "in_production"] as const;
export type Stage = (typeof STAGES)[number];

/** Say whether a step is done, is the one to do now, or comes later. */
export function stateOf(step: Stage, reached: string): "done" | "now" | "later" {
  const at = STAGES.findIndex((one) => one === reached);
  const own = STAGES.indexOf(step);
  if (own <= at) return "done";
  return own === at + 1 ? "now" : "later";
}
