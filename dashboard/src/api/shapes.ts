import type { components } from "./schema";

/** What the hub answers: names of the console for the shapes that its OpenAPI document gives. */
type Shapes = components["schemas"];
export type Me = Shapes["MeAnswer"];
export type ReadOnly = Shapes["ReadOnlyAnswer"];
export type RoleGiven = Shapes["GrantAnswer"];
export type SignInWays = Shapes["MethodsAnswer"];
export type SessionRow = Shapes["SessionAnswer"];
export type User = Shapes["UserAnswer"];
export type MadeUser = Shapes["MadeUserAnswer"];
export type RoleList = Shapes["RoleListAnswer"];
export type AuditEntry = Shapes["EntryAnswer"];
export type SecondPersonRequest = Shapes["RequestAnswer"];
export type MessagePage = Shapes["MessagePage"];
export type Counted = Shapes["CountAnswer"];
export type Recipient = Shapes["Recipient"];
export type TraceStep = Shapes["StepShown"];
export type TraceLink = Shapes["Link"];
export type Trace = Shapes["TraceAnswer"];
export type ReceivedHeaders = Shapes["HeadersAnswer"];
export type Content = Shapes["ContentAnswer"];
export type Resubmitted = Shapes["ResubmittedAnswer"];
export type DeadLetterDesk = Shapes["DeskAnswer"];
export type Overview = Shapes["Overview"];
export type Way = Shapes["Way"];
export type Flow = Shapes["FlowAnswer"];
export type LagGroup = Shapes["GroupShown"];
export type Lag = Shapes["LagAnswer"];
export type DeadLetter = Shapes["DeadLetterAnswer"];
export type DeadLetterGroup = Shapes["GroupAnswer"];
export type Connector = Shapes["ConnectorAnswer"];
export type ConnectorTest = Shapes["TestAnswer"];
export type Network = Shapes["NetworkAnswer"];
export type Held = Shapes["HeldAnswer"];
export type RoutePage = Shapes["RoutePage"];
export type RouteRow = RoutePage["items"][number];
export type Destination = RouteRow["leads_to"][number];
export type Simulated = Shapes["SimulateAnswer"];
export type MessageRow = MessagePage["items"][number];
export type Adapter = Omit<Shapes["AdapterAnswer"], "config_schema"> & { readonly config_schema?: JsonSchema | null };
export type Machine = Shapes["SystemAnswer"];
export type LogEnd = Shapes["LogAnswer"];
export type LogLine = Shapes["LineShown"];
export type Subject = Shapes["SubjectShown"];
export type Checked = Shapes["CheckedAnswer"];
export type SchemaVersion = Shapes["SchemaVersionShown"];
export type WholeSchemaVersion = Shapes["SchemaVersionAnswer"];
export type SchemaUse = Shapes["UseAnswer"];
export type SchemaDeed = SchemaUse["history"][number];
export type Compared = Shapes["ComparedAnswer"];
export type Impact = Shapes["ImpactAnswer"];
export type ImpactSender = Impact["senders"][number];
export type Correction = Shapes["CorrectionAnswer"];
export type Redirected = Shapes["RedirectAnswer"];
export type Written = Shapes["WrittenAnswer"];
export type Certificates = Shapes["CertificatesAnswer"];
export type Certificate = Shapes["CertificateAnswer"];
export type WholeCertificate = Shapes["WholeCertificateAnswer"];
export type CertificateCheck = Shapes["CheckAnswer"];
export type Authority = Shapes["AuthorityAnswer"];
export type LogStanding = Shapes["LogStanding"];
export type LogShard = Shapes["ShardStanding"];
export type LogAnchor = Shapes["AnchorStanding"];
export type Compromise = Shapes["CompromiseAnswer"];
export type CountedCompromise = Shapes["CountedAnswer"];
export type Doubtful = Shapes["DoubtfulAnswer"];
export type Topics = Shapes["TopicsAnswer"];
export type Topic = Shapes["TopicAnswer"];
export type Consumers = Shapes["ConsumersAnswer"];
export type Consumer = Shapes["ConsumerAnswer"];
export type Moves = Shapes["MovesAnswer"];
export type ConnectorHistory = Shapes["HistoryAnswer"];
export type PastConnector = Shapes["PastAnswer"];
export type ConfigReport = Shapes["ReportAnswer"];
export type ConfigLine = Shapes["LineAnswer"];
export type OwnNotices = Shapes["NoticesAnswer"];
export type HeldDocument = Shapes["HeldDocumentAnswer"];
export type Signer = Shapes["SignerShown"];
export type DocumentVerdicts = Shapes["DocumentsShown"];
export type DocumentVerdict = Shapes["DocumentFound"];
export type SignatureVerdict = Shapes["SignatureFound"];
export type OrganisationLine = Shapes["OrganisationLine"];
export type OrganisationFound = Shapes["OrganisationFound"];
export type NamedOrganisation = Shapes["NamedOrganisation"];
export type Organisation = Shapes["OrganisationAnswer"];
export type Happening = Shapes["HappeningAnswer"];
export type ImportPlan = Shapes["PlanAnswer"];
export type Review = Shapes["ReviewAnswer"];
export type ChoiceMade = Shapes["ChoiceMadeAnswer"];

export type Share = Shapes["ShareAnswer"];
export type WholeShare = Shapes["WholeShare"];
export type Deed = Shapes["DeedAnswer"];
export type Effect = Shapes["PreviewAnswer"];
export type MadeVersion = Shapes["MadeVersionAnswer"];
export type ApplicationLine = Shapes["ApplicationAnswer"];
export type Application = Shapes["OnboardingAnswer"];
export type TestMessage = Shapes["TestMessageAnswer"];

export interface Text {
  readonly vi: string;
  readonly en: string;
}
export interface Help {
  readonly vi: HelpText;
  readonly en: HelpText;
}
export interface HelpText {
  readonly meaning: string;
  readonly who: string;
  readonly next: string;
}
export interface Paged<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  readonly previous?: string | null;
}

export interface View {
  readonly id: string;
  readonly screen: string;
  readonly name: string;
  readonly query: string;
  readonly shared: boolean;
  readonly owner: string;
  readonly mine: boolean;
}
export interface RetryJob {
  readonly id: string;
  readonly action: string;
  readonly state: string;
  readonly filter: Readonly<Record<string, string | null>>;
  readonly reason: string;
  readonly asked_by: string;
  readonly asked_at: string;
  readonly count: number;
  readonly handled: number;
  readonly confirmed_by: string | null;
  readonly second_person: boolean;
  readonly changed_by: string | null;
  readonly ended_at: string | null;
  readonly batch: number;
  readonly per_minute: number | null;
  readonly dry_run: boolean;
  readonly next_at: string | null;
}
export interface RetryItem {
  readonly id: string;
  readonly source: string;
  readonly message: string;
  readonly recipient: string;
  readonly code: string;
  readonly ended_at: string | null;
  readonly ended_by: string | null;
  readonly result: string | null;
}
export interface Where {
  readonly key: string;
  readonly items: readonly { readonly source: string; readonly id: string; readonly type: string; readonly sender: string; readonly recipient: string | null; readonly state: string; readonly since: string; readonly who: string; readonly by: string | null; readonly vi: string; readonly en: string }[];
  readonly left_out: number;
  readonly limit: { readonly by: string; readonly overdue: boolean; readonly done_at: string | null; readonly vi: string; readonly en: string } | null;
}

export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly items?: JsonSchema;
  readonly [keyword: string]: unknown;
}
export interface Entity {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

/** Which roles a group of the identity provider gives. */
export interface ProviderGroup {
  readonly group: string;
  readonly grants: readonly { readonly role: string; readonly organisation: string | null }[];
  readonly set_by: string | null;
}
