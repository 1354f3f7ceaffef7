import type { JsonSchema } from "../../api/shapes";
import type { Language } from "../../words";

/** How one setting of an adapter is asked for. What fits none of the simple kinds is JSON. */
export type Kind = "text" | "secret" | "number" | "yes-no" | "choice" | "lines" | "json";
export interface Setting {
  readonly name: string;
  readonly kind: Kind;
  readonly title: Readonly<Record<Language, string>>;
  readonly hint: string;
  readonly required: boolean;
  readonly optional: boolean;
  readonly whole: boolean;
  readonly choices: readonly string[];
  readonly standard: unknown;
  readonly schema: JsonSchema;
}

const MASK = "••••";

/** Return the settings of an adapter in the order of its schema. */
export function settingsOf(schema: JsonSchema): readonly Setting[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, given]) => {
    const inner = unwrapped(given);
    const title = given.title ?? name;
    const vi = given["x-title-vi"];
    return {
      name, kind: kindOf(inner), title: { vi: typeof vi === "string" ? vi : title, en: title }, hint: given.description ?? "",
      required: required.has(name), optional: inner !== given, whole: inner.type === "integer", choices: (inner.enum ?? []).map(String),
      standard: given.default, schema: inner,
    };
  });
}

/** Return the schema of a value that may also be null. */
function unwrapped(schema: JsonSchema): JsonSchema {
  const any = schema["anyOf"];
  if (!Array.isArray(any) || any.length !== 2) return schema;
  const nullAt = any.findIndex((one: JsonSchema) => one.type === "null");
  return nullAt < 0 ? schema : (any[1 - nullAt] as JsonSchema);
}

function kindOf(schema: JsonSchema): Kind {
  if (schema["format"] === "secret-reference") return "secret";
  if (schema.enum) return "choice";
  if (schema.type === "string") return "text";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "boolean") return "yes-no";
  if (schema.type === "array" && schema.items?.type === "string" && schema.items["format"] !== "secret-reference") return "lines";
  return "json";
}

/** Return what a field shows for a value. */
export function shownIn(setting: Setting, value: unknown): string {
  const told = value ?? setting.standard ?? null;
  if (told === null) return "";
  if (setting.kind === "lines") return Array.isArray(told) ? told.join("\n") : "";
  return setting.kind === "json" ? JSON.stringify(told, null, 2) : String(told);
}

export class Unreadable extends Error {
  constructor(readonly setting: string) {
    super(setting);
  }
}

/** Return the configuration of what the fields hold. Raises `Unreadable` with the setting's name. */
export function configOf(settings: readonly Setting[], fields: Readonly<Record<string, string>>): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const setting of settings) {
    const text = fields[setting.name] ?? "";
    if (text.trim() === "" && setting.kind !== "yes-no") {
      if (setting.kind === "lines" && setting.standard !== undefined) config[setting.name] = [];
      continue; // Left out: the adapter's own default counts, and a missing one is refused by the hub.
    }
    config[setting.name] = read(setting, text);
  }
  return config;
}

function read(setting: Setting, text: string): unknown {
  if (setting.kind === "yes-no") return text === "true";
  if (setting.kind === "lines") return text.split("\n").map((line) => line.trim()).filter(Boolean);
  if (setting.kind === "number") {
    const number = Number(text);
    if (!Number.isFinite(number)) throw new Unreadable(setting.name);
    return number;
  }
  if (setting.kind !== "json") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Unreadable(setting.name);
  }
}

/** Return a configuration in which references to secrets name their store only. */
export function masked(value: unknown, schema: JsonSchema | undefined): unknown {
  const inner = schema ? unwrapped(schema) : undefined;
  if (inner?.["format"] === "secret-reference" && typeof value === "string") return `${value.split(":")[0]}:${MASK}`;
  if (Array.isArray(value)) return value.map((one) => masked(one, inner?.items));
  if (typeof value !== "object" || value === null) return value;
  const more = inner?.["additionalProperties"];
  const others = typeof more === "object" && more !== null ? (more as JsonSchema) : undefined;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, masked(one, inner?.properties?.[name] ?? others)]));
}
