import type { ComponentType } from "preact";
import { AlertsScreen } from "../screens/alerts/Alerts";
import { DeadlinesScreen } from "../screens/deadlines/Deadlines";
import { ReportsScreen } from "../screens/reports/Reports";
import { AuditScreen } from "../screens/audit/Audit";
import { CertificateScreen } from "../screens/certificates/Certificate";
import { CertificatesScreen } from "../screens/certificates/Certificates";
import { CompromiseScreen } from "../screens/compromises/Compromise";
import { CompromisesScreen } from "../screens/compromises/Compromises";
import { ConnectorScreen } from "../screens/connectors/Connector";
import { ConnectorsScreen } from "../screens/connectors/Connectors";
import { NewConnectorScreen } from "../screens/connectors/NewConnector";
import { DeadLetterScreen } from "../screens/dead-letters/DeadLetter";
import { DeadLettersScreen } from "../screens/dead-letters/DeadLetters";
import { DirectoryScreen } from "../screens/directory/Directory";
import { OrganisationScreen } from "../screens/directory/Organisation";
import { DocumentsScreen } from "../screens/documents/Documents";
import { HeldScreen } from "../screens/held/Held";
import { JobScreen } from "../screens/jobs/Job";
import { JobsScreen } from "../screens/jobs/Jobs";
import { LagScreen } from "../screens/lag/Lag";
import { MessagesScreen } from "../screens/messages/Messages";
import { OverviewScreen } from "../screens/overview/Overview";
import { ProfileScreen } from "../screens/profile/Profile";
import { RequestsScreen } from "../screens/requests/Requests";
import { ReviewsScreen } from "../screens/reviews/Reviews";
import { RoutesScreen } from "../screens/routes/Routes";
import { SchedulesScreen } from "../screens/schedules/Schedules";
import { SchemasScreen } from "../screens/schemas/Schemas";
import { ApplicationScreen } from "../screens/onboarding/Application";
import { ApplicationsScreen } from "../screens/onboarding/Applications";
import { NewApplicationScreen } from "../screens/onboarding/NewApplication";
import { NewShareScreen } from "../screens/shares/NewShare";
import { ShareScreen } from "../screens/shares/Share";
import { SharesScreen } from "../screens/shares/Shares";
import { VersionsScreen } from "../screens/shares/Versions";
import { SystemScreen } from "../screens/system/System";
import { TopicsScreen } from "../screens/topics/Topics";
import { TraceScreen } from "../screens/trace/Trace";
import { TransparencyScreen } from "../screens/transparency/Transparency";
import { UserScreen } from "../screens/users/User";
import { UsersScreen } from "../screens/users/Users";
import { WhereScreen } from "../screens/where/Where";
import type { Words } from "../words";
import type { IconName } from "./icons";
import { match } from "./router";
import { mayDo, type Call } from "./session";

interface Screen {
  readonly name: keyof Words["nav"];
  readonly path: string;
  /** The letter after `g`. */
  readonly key?: string;
  /** Stands in the navigation. */
  readonly icon?: IconName;
  /** What it asks first: without the right to it there is nothing to see; none: everybody's. */
  readonly reads?: Call;
  // Parameters come from the path, and a screen knows its own.
  readonly view: ComponentType<any>;
}

/** Every screen, in the order of the navigation. */
export const SCREENS: readonly Screen[] = [
  { name: "overview", path: "/", key: "o", icon: "overview", reads: "GET /ops/overview", view: OverviewScreen },
  { name: "messages", path: "/messages", key: "m", icon: "messages", reads: "GET /ops/messages", view: MessagesScreen },
  { name: "trace", path: "/messages/:source/:id", reads: "GET /ops/messages/{source}/{id}", view: TraceScreen },
  { name: "where", path: "/where", key: "w", icon: "where", reads: "GET /ops/where", view: WhereScreen },
  { name: "deadLetters", path: "/dead-letters", key: "d", icon: "deadLetters", reads: "GET /v1/admin/dead-letters", view: DeadLettersScreen },
  { name: "deadLetter", path: "/dead-letters/:source/:message/:recipient", reads: "GET /v1/admin/dead-letters/{source}/{message}/{recipient}", view: DeadLetterScreen },
  { name: "jobs", path: "/retry-jobs", key: "j", icon: "jobs", reads: "GET /ops/retry-jobs", view: JobsScreen },
  { name: "job", path: "/retry-jobs/:id", reads: "GET /ops/retry-jobs/{id}", view: JobScreen },
  { name: "held", path: "/held", key: "h", icon: "held", reads: "GET /v1/admin/quarantine", view: HeldScreen },
  { name: "documents", path: "/documents", key: "v", icon: "documents", reads: "GET /v1/admin/documents", view: DocumentsScreen },
  { name: "reviews", path: "/reviews", icon: "reviews", reads: "GET /v1/admin/reviews", view: ReviewsScreen },
  { name: "connectors", path: "/connectors", key: "c", icon: "connectors", reads: "GET /v1/admin/connectors", view: ConnectorsScreen },
  { name: "connector", path: "/connectors/:name", reads: "GET /v1/admin/connectors/{name}", view: ConnectorScreen },
  { name: "connectorNew", path: "/connector-new", reads: "change put_connector", view: NewConnectorScreen },
  { name: "routes", path: "/routes", key: "r", icon: "routes", reads: "GET /ops/routes", view: RoutesScreen },
  { name: "shares", path: "/shares", key: "1", icon: "shares", reads: "GET /ops/shares", view: SharesScreen },
  { name: "share", path: "/shares/:kind/:id", reads: "GET /ops/shares/{kind}/{id}", view: ShareScreen },
  { name: "shareNew", path: "/share-new", reads: "POST /v1/admin/proposals", view: NewShareScreen },
  { name: "versions", path: "/rules-versions", key: "2", icon: "versions", reads: "GET /v1/admin/rules-versions", view: VersionsScreen },
  { name: "applications", path: "/onboarding", key: "3", icon: "applications", reads: "GET /v1/admin/onboardings", view: ApplicationsScreen },
  { name: "application", path: "/onboarding/:system", reads: "GET /v1/admin/onboardings/{system}", view: ApplicationScreen },
  { name: "applicationNew", path: "/onboarding-new", reads: "POST /v1/admin/onboardings", view: NewApplicationScreen },
  { name: "schedules", path: "/schedules", key: "z", icon: "schedules", reads: "GET /v1/admin/connectors", view: SchedulesScreen },
  { name: "topics", path: "/topics", key: "f", icon: "topics", reads: "GET /ops/topics", view: TopicsScreen },
  { name: "lag", path: "/lag", key: "l", icon: "lag", reads: "GET /ops/lag", view: LagScreen },
  { name: "alerts", path: "/alerts", key: "e", icon: "alerts", reads: "GET /ops/alerts", view: AlertsScreen },
  { name: "reports", path: "/reports", key: "i", icon: "reports", reads: "GET /ops/indicators", view: ReportsScreen },
  { name: "deadlines", path: "/deadlines", key: "n", icon: "deadlines", reads: "GET /ops/deadlines", view: DeadlinesScreen },
  { name: "directory", path: "/directory", key: "t", icon: "directory", reads: "GET /ops/directory", view: DirectoryScreen },
  { name: "organisation", path: "/directory/:id", reads: "GET /ops/directory/{id}", view: OrganisationScreen },
  { name: "schemas", path: "/schemas", key: "s", icon: "schemas", reads: "GET /ops/schemas", view: SchemasScreen },
  { name: "certificates", path: "/certificates", key: "k", icon: "certificates", reads: "GET /ops/certificates", view: CertificatesScreen },
  { name: "certificate", path: "/certificates/:id", reads: "GET /ops/certificates/{id}", view: CertificateScreen },
  { name: "compromises", path: "/compromises", key: "x", icon: "compromises", reads: "GET /ops/compromises", view: CompromisesScreen },
  { name: "compromise", path: "/compromises/:id", reads: "GET /ops/compromises/{id}", view: CompromiseScreen },
  { name: "transparency", path: "/log", key: "b", icon: "transparency", reads: "GET /ops/log", view: TransparencyScreen },
  { name: "requests", path: "/requests", key: "q", icon: "requests", reads: "GET /ops/requests", view: RequestsScreen },
  { name: "audit", path: "/audit", key: "a", icon: "audit", reads: "GET /ops/audit", view: AuditScreen },
  { name: "users", path: "/users", key: "u", icon: "users", reads: "GET /ops/users", view: UsersScreen },
  { name: "user", path: "/users/:name", reads: "GET /ops/users/{name}", view: UserScreen },
  { name: "system", path: "/system", key: "y", icon: "system", reads: "GET /v1/admin/adapters", view: SystemScreen },
  { name: "profile", path: "/profile", key: "p", view: ProfileScreen },
];

export function mayVisit(screen: Screen): boolean {
  return !screen.reads || mayDo(screen.reads);
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
