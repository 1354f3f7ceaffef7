/** What `hub key new --json` prints of a key: all that may leave the machine. */
export interface PublicPart {
  readonly system: string;
  readonly jwk: Readonly<Record<string, string>>;
  readonly alg: string;
  readonly proof: string;
}

/** Read what was pasted; null where it is something else. A private member of a key never goes on. */
export function publicPart(text: string): PublicPart | null {
  try {
    const { system, jwk, alg, proof } = JSON.parse(text) as Partial<PublicPart>;
    if (!system || !jwk || !alg || !proof) return null;
    const { d: _private, ...shared } = jwk;
    return { system, jwk: shared, alg, proof };
  } catch {
    return null;
  }
}
