import type { ComponentType } from "preact";
import { AlertsScreen } from "../screens/alerts/Alerts";
import { DeadlinesScreen } from "../screens/deadlines/Deadlines";
import { ReportsScreen } from "../screens/reports/Reports";
import { AuditScreen } from "../screens/audit/Audit";
import { ConnectorScreen } from "../screens/connectors/Connector";
import { ConnectorsScreen } from "../screens/connectors/Connectors";
import { NewConnectorScreen } from "../screens/connectors/NewConnector";
import { DeadLetterScreen } from "../screens/dead-letters/DeadLetter";
import { DeadLettersScreen } from "../screens/dead-letters/DeadLetters";
import { DirectoryScreen } from "../screens/directory/Directory";
import { OrganisationScreen } from "../screens/directory/Organisation";
import { HeldScreen } from "../screens/held/Held";
import { JobScreen } from "../screens/jobs/Job";
import { JobsScreen } from "../screens/jobs/Jobs";
import { LagScreen } from "../screens/lag/Lag";
import { MessagesScreen } from "../screens/messages/Messages";
import { OverviewScreen } from "../screens/overview/Overview";
import { ProfileScreen } from "../screens/profile/Profile";
import { RequestsScreen } from "../screens/requests/Requests";
import { RoutesScreen } from "../screens/routes/Routes";
import { SchemasScreen } from "../screens/schemas/Schemas";
import { SystemScreen } from "../screens/system/System";
import { TraceScreen } from "../screens/trace/Trace";
import { UserScreen } from "../screens/users/User";
import { UsersScreen } from "../screens/users/Users";
import { WhereScreen } from "../screens/where/Where";
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
  { name: "overview", path: "/", key: "o", icon: "overview", rights: ["statistics.view"], view: OverviewScreen },
  { name: "messages", path: "/messages", key: "m", icon: "messages", rights: ["messages.view"], view: MessagesScreen },
  { name: "trace", path: "/messages/:source/:id", rights: ["messages.view"], view: TraceScreen },
  { name: "where", path: "/where", key: "w", icon: "where", rights: ["documents.where"], view: WhereScreen },
  { name: "deadLetters", path: "/dead-letters", key: "d", icon: "deadLetters", rights: ["messages.view"], view: DeadLettersScreen },
  { name: "deadLetter", path: "/dead-letters/:source/:message/:recipient", rights: ["messages.view"], view: DeadLetterScreen },
  { name: "jobs", path: "/retry-jobs", key: "j", icon: "jobs", rights: ["messages.view"], view: JobsScreen },
  { name: "job", path: "/retry-jobs/:id", rights: ["messages.view"], view: JobScreen },
  { name: "held", path: "/held", key: "h", icon: "held", rights: ["messages.view"], view: HeldScreen },
  { name: "connectors", path: "/connectors", key: "c", icon: "connectors", rights: ["connectors.view"], view: ConnectorsScreen },
  { name: "connector", path: "/connectors/:name", rights: ["connectors.view"], view: ConnectorScreen },
  { name: "connectorNew", path: "/connector-new", rights: ["connectors.manage"], view: NewConnectorScreen },
  { name: "routes", path: "/routes", key: "r", icon: "routes", rights: ["rules.view"], view: RoutesScreen },
  { name: "lag", path: "/lag", key: "l", icon: "lag", rights: ["statistics.view"], view: LagScreen },
  { name: "alerts", path: "/alerts", key: "e", icon: "alerts", rights: ["alerts.view"], view: AlertsScreen },
  { name: "reports", path: "/reports", key: "i", icon: "reports", rights: ["statistics.view"], view: ReportsScreen },
  { name: "deadlines", path: "/deadlines", key: "n", icon: "deadlines", rights: ["statistics.view"], view: DeadlinesScreen },
  { name: "directory", path: "/directory", key: "t", icon: "directory", rights: ["rules.view"], view: DirectoryScreen },
  { name: "organisation", path: "/directory/:id", rights: ["rules.view"], view: OrganisationScreen },
  { name: "schemas", path: "/schemas", key: "s", icon: "schemas", rights: ["rules.view"], view: SchemasScreen },
  { name: "requests", path: "/requests", key: "q", icon: "requests", rights: ["users.manage", "connectors.manage", "messages.retry"], view: RequestsScreen },
  { name: "audit", path: "/audit", key: "a", icon: "audit", rights: ["audit.read"], view: AuditScreen },
  { name: "users", path: "/users", key: "u", icon: "users", rights: ["users.view"], view: UsersScreen },
  { name: "user", path: "/users/:name", rights: ["users.view"], view: UserScreen },
  { name: "system", path: "/system", key: "y", icon: "system", rights: ["connectors.view"], view: SystemScreen },
  { name: "profile", path: "/profile", key: "p", view: ProfileScreen },
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
