/** What the hub answers on the operators' paths, as docs/ops-api.md of the hub says it. */

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

export interface RoleGiven {
  readonly role: string;
  readonly organisation: string | null;
  readonly types: readonly string[] | null;
  readonly vi: string;
  readonly en: string;
}
export interface Me {
  readonly name: string;
  readonly display: string;
  readonly roles: readonly RoleGiven[];
  readonly rights: readonly string[];
  readonly language: string;
  readonly time_zone: string;
  readonly csrf: string | null;
  readonly must_change_password: boolean;
  readonly has_password: boolean;
  readonly read_only: boolean;
}
export interface SignInWays {
  readonly password: boolean;
  readonly provider: string | null;
}
export interface SessionRow {
  readonly made_at: string;
  readonly seen_at: string;
  readonly ends_at: string;
  readonly this: boolean;
}
export interface User {
  readonly name: string;
  readonly display: string;
  readonly roles: readonly RoleGiven[];
  readonly rights: readonly string[];
  readonly has_password: boolean;
  readonly must_change_password: boolean;
  readonly provider: string | null;
  readonly made_by: string;
  readonly made_at: string;
  readonly disabled_at: string | null;
}
export interface MadeUser {
  readonly user: User;
  readonly first_password: string | null;
  readonly waiting: string | null;
}
export interface RoleList {
  readonly rights: readonly { readonly action: string; readonly vi: string; readonly en: string }[];
  readonly roles: readonly {
    readonly role: string; readonly vi: string; readonly en: string; readonly rights: readonly string[];
    readonly needs_organisation: boolean; readonly needs_second_person: boolean;
  }[];
}
export interface AuditEntry {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly result: string;
  readonly version: number | null;
  readonly changes: number;
  readonly targets: readonly { readonly entity: string; readonly action: string; readonly before: unknown; readonly after: unknown }[];
}
export interface SecondPersonRequest {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly asked_by: string;
  readonly asked_at: string;
  readonly decision: string | null;
  readonly decided_by: string | null;
  readonly decided_at: string | null;
  readonly decision_reason: string | null;
  readonly may_approve: boolean;
}

export interface MessageRow {
  readonly source: string;
  readonly id: string;
  readonly outcome: string;
  readonly withdrawn_at: string | null;
  readonly decided_at: string;
  readonly received_at: string | null;
  readonly type: string | null;
  readonly subject: string | null;
  readonly priority: string | null;
  readonly size: number | null;
  readonly reason: string | null;
  readonly states: Readonly<Record<string, number>>;
}
export interface MessagePage extends Paged<MessageRow> {
  readonly since: string | null;
  readonly until: string | null;
}
export interface Counted {
  readonly count: number;
  readonly exact: boolean;
}

export interface Recipient {
  readonly system: string;
  readonly organisation: string | null;
  readonly name: string | null;
  readonly level: string | null;
  readonly state: string;
  readonly owner: string | null;
  readonly since: string | null;
  readonly attempts: number;
  readonly connector: string | null;
  readonly reason: { readonly code: string; readonly help: Help | null } | null;
  readonly dead_letter: string | null;
  readonly total_ms: number | null;
}
export interface TraceStep {
  readonly event: string;
  readonly at: string;
  readonly after_ms: number | null;
  readonly recipient: string | null;
  readonly reason: string | null;
  readonly place: string | null;
  readonly late: boolean;
  readonly audit: { readonly partition: number; readonly offset: number } | null;
  readonly detail: Readonly<Record<string, unknown>>;
}
export interface TraceLink {
  readonly kind: string;
  readonly source: string;
  readonly id: string;
  readonly type: string | null;
  readonly decided_at: string;
}
export interface Trace {
  readonly source: string;
  readonly id: string;
  readonly outcome: string;
  readonly withdrawn_at: string | null;
  readonly decided_at: string;
  readonly sender: { readonly system: string; readonly organisation: string | null; readonly name: string | null; readonly level: string | null };
  readonly attributes: Readonly<Record<string, string | null>>;
  readonly peer: string | null;
  readonly received_at: string | null;
  readonly size: number | null;
  readonly body_sha256: string | null;
  readonly ingress: { readonly partition: number; readonly offset: number } | null;
  readonly rules: { readonly version: number; readonly hash: string } | null;
  readonly reason: { readonly code: string; readonly help: Help | null } | null;
  readonly recipients: readonly Recipient[];
  readonly steps: readonly TraceStep[];
  readonly steps_left_out: number;
  readonly links: readonly TraceLink[];
  readonly body: { readonly kept: boolean };
}
export interface ReceivedHeaders {
  readonly headers: readonly (readonly [string, string])[];
  readonly signature: Readonly<Record<string, unknown>> | null;
  readonly ingress: { readonly partition: number; readonly offset: number; readonly written_at: string | null };
}

export interface Overview {
  readonly at: string;
  readonly totals: { readonly admitted: number; readonly delivered: number; readonly refused: number; readonly duplicate: number; readonly success_rate: number | null };
  readonly minutes: readonly { readonly at: string; readonly admitted: number; readonly delivered: number; readonly refused: number }[];
  readonly refusals: readonly { readonly reason: string; readonly count: number; readonly help: Help | null }[];
  readonly open: Readonly<Record<string, number>>;
  readonly oldest_undelivered: { readonly source: string; readonly id: string; readonly recipient: string; readonly state: string; readonly since: string; readonly seconds: number } | null;
  readonly dead_letters: number;
  readonly connectors: {
    readonly running: number; readonly paused: number; readonly failing: number; readonly silent: number; readonly stopped: number;
    readonly trouble: readonly { readonly name: string; readonly state: string; readonly vi: string; readonly en: string }[];
  };
  readonly quarantine: number | null;
  readonly lag: readonly { readonly group: string; readonly messages: number | null; readonly seconds: number | null }[] | null;
}
export interface Way {
  readonly from: string;
  readonly to: string | null;
  readonly from_name: string | null;
  readonly to_name: string | null;
  readonly admitted: number;
  readonly delivered: number;
  readonly refused: number;
  readonly dead_letter: number;
  readonly expired: number;
  readonly rejected: number;
}
export interface Flow {
  readonly since: string;
  readonly by: string;
  readonly ways: readonly Way[];
  readonly left_out: number;
}
export interface LagGroup {
  readonly group: string;
  readonly messages: number | null;
  readonly seconds: number | null;
  readonly stuck: boolean;
  readonly partitions: readonly { readonly topic: string; readonly partition: number; readonly end: number; readonly committed: number; readonly messages: number; readonly seconds: number | null }[];
}
export interface Lag {
  readonly at: string;
  readonly groups: readonly LagGroup[];
}

export interface Destination {
  readonly system: string;
  readonly organisation: string | null;
  readonly inbox: string;
  readonly connectors: readonly string[];
  readonly address?: string;
}
export interface Finding {
  readonly reason: string;
  readonly place: string | null;
  readonly detail?: string | null;
  readonly help: Help | null;
}
export interface RouteRow {
  readonly sender: string;
  readonly sender_organisation: string | null;
  readonly type: string;
  readonly recipient: string;
  readonly leads_to: readonly Destination[];
  readonly leads_to_count: number;
  readonly problem: Finding | null;
}
export interface RoutePage extends Paged<RouteRow> {
  readonly rules_version: number;
}
export interface Simulated {
  readonly outcome: string;
  readonly reason: string | null;
  readonly rules_version: number;
  readonly steps: readonly { readonly step: string; readonly result: string; readonly findings: readonly Finding[] }[];
  readonly deliveries: readonly Destination[];
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
  readonly items: readonly { readonly source: string; readonly id: string; readonly type: string; readonly from: string; readonly to: string; readonly state: string; readonly since: string; readonly who: string | null; readonly by: string | null; readonly vi: string; readonly en: string }[];
  readonly left_out: number;
}

export interface DeadLetter {
  readonly id: string;
  readonly source: string;
  readonly message: string;
  readonly recipient: string;
  readonly connector: string | null;
  readonly code: string;
  readonly peer_code: string | null;
  readonly fingerprint: string;
  readonly text: string | null;
  readonly attempts: number;
  readonly at: string;
  readonly ended_at: string | null;
  readonly ended_by: string | null;
}
export interface DeadLetterGroup {
  readonly fingerprint: string;
  readonly count: number;
  readonly first_at: string;
  readonly last_at: string;
  readonly connector: string | null;
  readonly code: string;
  readonly peer_code: string | null;
  readonly text: string | null;
}

export interface Connector {
  readonly id: string;
  readonly adapter: string;
  readonly system: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly wanted: string;
  readonly generation: number;
  readonly isolation: string;
  readonly limits: Readonly<Record<string, unknown>>;
  readonly windows: readonly Readonly<Record<string, unknown>>[];
  readonly networks: readonly string[];
  readonly state: string;
  readonly reported: {
    readonly vi: string; readonly en: string; readonly last_success_at: string | null; readonly delivered: number; readonly failed: number;
    readonly waiting: number; readonly dead_letters: number; readonly lag_messages: number; readonly lag_seconds: number; readonly at: string;
  } | null;
}
export interface Adapter {
  readonly name: string;
  readonly package: string;
  readonly problem: string | null;
  readonly version: string | null;
  readonly kind: string | null;
  readonly title: Text | null;
  readonly types: readonly string[] | null;
  readonly idempotence: string | null;
  readonly config_schema: JsonSchema | null;
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
export interface ConnectorTest {
  readonly id: string;
  readonly answered_at: string | null;
  readonly ok: boolean | null;
  readonly vi: string | null;
  readonly en: string | null;
}
export interface Network {
  readonly cidr: string;
  readonly asked_by: string;
  readonly asked_at: string;
  readonly reason: string;
  readonly approved_by: string | null;
  readonly approved_at: string | null;
}
export interface Written {
  readonly version: number;
  readonly changed: number;
}
export interface Entity {
  readonly id: string;
  readonly [attribute: string]: unknown;
}
export interface Held {
  readonly offset: number;
  readonly source: string;
  readonly id: string;
  readonly subject: string;
  readonly reason: string;
  readonly at: string;
}
