import type { SecondPersonRequest } from "../../api/shapes";

/** Return the changes of the rules that a request holds; none where it is about something else. */
export function changesOf(request: SecondPersonRequest): readonly Readonly<Record<string, unknown>>[] {
  const told = request.payload["changes"];
  return request.kind === "rules" && Array.isArray(told) ? (told as readonly Readonly<Record<string, unknown>>[]) : [];
}
