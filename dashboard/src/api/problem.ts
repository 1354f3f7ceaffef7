import type { Language } from "../words";

/** Why the hub did not do what it was asked: RFC 9457, with the help of a refusal's reason. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly place?: string;
  readonly errors?: readonly { readonly place: string; readonly rule: string }[];
  readonly help?: Readonly<Record<Language, { meaning: string; who: string; next: string }>>;
}

/** The code of a failure that never reached the hub, or came back without a problem document. */
export const UNREACHABLE = "unreachable";

/** Return the problem in an answer's body; `body` may be anything. */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body === "object" && body !== null && "code" in body && typeof body.code === "string") {
    return { title: body.code, ...body, status } as Problem;
  }
  return { status, code: UNREACHABLE, title: UNREACHABLE };
}

/** A failed call, to be caught where the screen can say so. */
export class Failed extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}
