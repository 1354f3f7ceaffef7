import type { Organisation } from "../../api/shapes";
import type { Picked } from "./Picker";
import type { Change } from "./save";

export const LEVELS = ["central", "province", "district", "commune"] as const;
export const STATES = ["active", "closed", "merged"] as const;
export const CONTACTS = ["technical", "business"] as const;
type Of = (typeof CONTACTS)[number];
type Told = "name" | "email" | "phone";

/** The texts of the form. */
export type Fields = Readonly<Record<"id" | "name" | "level" | "state" | "valid_from" | "valid_to" | `${Of}_${Told}`, string>>;

/** Return what the form begins with. */
export function fieldsOf(one: Organisation | null): Fields {
  const told = (of: Of) => one?.contacts.find((contact) => contact.of === of);
  const contacts = Object.fromEntries(
    CONTACTS.flatMap((of) => (["name", "email", "phone"] as const).map((name) => [`${of}_${name}`, told(of)?.[name] ?? ""])),
  ) as Record<`${Of}_${Told}`, string>;
  return {
    id: one?.id ?? "", name: one?.name ?? "", level: one?.level ?? "commune", state: one?.state ?? "active",
    valid_from: one?.valid_from ?? "", valid_to: one?.valid_to ?? "", ...contacts,
  };
}

/** Return the change that the hub is asked for. What the form does not show stays as it is. */
export function changeOf(fields: Fields, parents: readonly Picked[], successors: readonly Picked[], one: Organisation | null): Change {
  // NFC: a name typed on another machine must be the same name; the hub takes no other form.
  const tidy = (text: string) => text.normalize("NFC").trim();
  const shown = new Set(CONTACTS.map((of) => one?.contacts.find((contact) => contact.of === of)));
  const others = one?.contacts.filter((contact) => !shown.has(contact)) ?? [];
  const typed = CONTACTS.filter((of) => tidy(fields[`${of}_name`])).map((of) => ({
    of, name: tidy(fields[`${of}_name`]), email: tidy(fields[`${of}_email`]), phone: tidy(fields[`${of}_phone`]),
  }));
  return {
    change: "put_organisation", id: tidy(fields.id), name: tidy(fields.name), level: fields.level, state: fields.state,
    parent: parents[0]?.id ?? null, valid_from: fields.valid_from || null, valid_to: fields.valid_to || null,
    successors: successors.map(({ id }) => id), contacts: [...typed, ...others],
  };
}
