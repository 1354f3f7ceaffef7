import { useSignal, type ReadonlySignal } from "@preact/signals";

type Fields<T> = Readonly<Record<keyof T, string>>;

interface Filled<T> {
  readonly fields: ReadonlySignal<Fields<T>>;
  readonly put: (name: keyof T) => (value: string) => void;
}

/** Keep what is typed into a form: texts by the names of its fields. */
export function useFields<T extends Readonly<Record<string, string>>>(first: T): Filled<T> {
  const fields = useSignal<Fields<T>>(first);
  const put = (name: keyof T) => (value: string) => { fields.value = { ...fields.value, [name]: value }; };
  return { fields, put };
}

/** Return a row's values as a form shows them; what it lacks, as the form begins with it. */
export function filledFrom<T extends Readonly<Record<string, string>>>(first: T, row: Readonly<Record<string, unknown>> | null): T {
  const known = Object.keys(first).map((name) => [name, row?.[name] ?? (row ? "" : first[name])] as const);
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)])) as T;
}
