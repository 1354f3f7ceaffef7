import type { ComponentType } from "preact";
import { MessagesScreen } from "../screens/messages/Messages";
import { TraceScreen } from "../screens/trace/Trace";
import type { Words } from "../words";
import type { IconName } from "./icons";
import { match } from "./router";
import { may } from "./session";

interface Screen {
  readonly name: keyof Words["nav"];
  readonly path: string;
  /** The letter after `g`. */
  readonly key?: string;
  /** Stands in the navigation. */
  readonly icon?: IconName;
  /** One of these rights is needed to see anything; none: everybody's. */
  readonly rights?: readonly string[];
  // Parameters come from the path, and a screen knows its own.
  readonly view: ComponentType<any>;
}

/** Every screen, in the order of the navigation. */
export const SCREENS: readonly Screen[] = [
  { name: "messages", path: "/messages", key: "m", icon: "messages", rights: ["messages.view"], view: MessagesScreen },
  { name: "trace", path: "/messages/:source/:id", rights: ["messages.view"], view: TraceScreen },
];

export function mayVisit(screen: Screen): boolean {
  return !screen.rights || screen.rights.some(may);
}

interface Found {
  readonly view: ComponentType<any>;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Return the screen of a path; null where there is none. */
export function screenAt(path: string): Found | null {
  for (const screen of SCREENS) {
    const parameters = match(screen.path, path);
    if (parameters) return { view: screen.view, parameters };
  }
  return null;
}
