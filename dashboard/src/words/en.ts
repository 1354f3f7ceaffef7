import { codesEn } from "./codes";
import type { Words } from "./vi";

export const en: Words = {
  product: "Integration hub",
  ...codesEn,
  nav: {
    overview: "Overview", messages: "Messages", trace: "Trace", where: "Where is it?", deadLetters: "Dead letters", jobs: "Retry jobs",
    held: "Held", connectors: "Connectors", connector: "Connector", connectorNew: "New connector", routes: "Routes", lag: "Lag", directory: "Directory",
    organisation: "Organisation", schemas: "Schemas", alerts: "Alerts", reports: "Reports", audit: "Audit", users: "Users", user: "User", requests: "Approvals", system: "System", profile: "Profile",
    deadLetter: "Dead letter", job: "Retry job",
  },
  notice: {
    loading: "Loading…", empty: "Nothing here", again: "Try again", unreachable: "The hub cannot be reached",
    next: "Try again; if it stays so, tell the hub's operator the code below.", noScreen: "There is no such page",
    refresh: "Refresh",
  },
  problems: {
    unauthorized: "Not signed in, or the name or password is wrong", forbidden: "You have no right to do this",
    not_found: "It does not exist, or is not yours to see", unavailable: "A store of the hub does not answer", overloaded: "The hub has too much to do",
    invalid_request: "The request does not have the right form", invalid_cursor: "This page is gone; open the list again", conflict: "It does not fit the present state",
    too_many_requests: "Too many tries", second_person: "A second person must approve", count_differs: "The number has changed since the preview",
    unbounded: "Choose at least one condition", body_gone: "The body is not kept any more", too_many: "Too many to export at once; narrow the filter",
    internal_error: "A fault of the hub", read_only: "The hub is in read-only mode", storage_full: "The hub's disk is nearly full", csrf_refused: "The session has changed; load the page again",
  },
  problemNext: {
    forbidden: "If you need it, ask the administrator for the right.", unauthorized: "Check name and password, and try again.",
    unreachable: "Check the network; the page works again as soon as the hub answers.", not_found: "Check the code, or search again from the list.",
    second_person: "Ask another person with this right to open it here and approve.", unavailable: "Wait some seconds and try again; if it lasts, the hub's operator must look at the System page.",
    too_many_requests: "Wait a while, then try again.", count_differs: "Preview again before you confirm.",
  },
  shell: {
    skip: "To the main content", menu: "Open or close the menu", nav: "Screens", search: "Find a document, dossier or message", searchHint: "Dossier or document code…",
    otherLanguage: "Chuyển sang tiếng Việt", signOut: "Sign out", readOnly: "The hub is in read-only mode: you can look, not change.",
  },
  live: { off: "Paused", connecting: "Connecting", live: "Live", reconnecting: "Reconnecting", toggle: "Updates by itself: on or off" },
  help: {
    title: "Keyboard shortcuts", search: "Search", rows: "Next row, previous row", help: "This list", close: "Close", off: "Shortcuts can be turned off on the Profile page. In a trace, [ and ] go to the message before and after.",
  },
  pager: { previous: "Previous page", next: "Next page" },
  reason: { label: "Reason", hint: "Needed, from 3 characters; it stands in the audit trail. No personal data.", cancel: "Cancel" },
  signIn: {
    title: "Sign in", lead: "Operators' console", name: "Name", password: "Password", submit: "Sign in", again: "Your session has ended",
    againLead: "Sign in again to go on. What you typed is still there.", giveUp: "Do not go on", provider: (name) => `Sign in with ${name}`,
  },
  password: {
    title: "Change the password", forced: "Somebody else made this password. Choose one that only you know.", old: "Present password", fresh: "New password",
    repeat: "New password again", differs: "The two are not the same yet", rules: "A long sentence that is easy to remember is best.", submit: "Change the password", done: "The password is changed",
  },
  messages: {
    title: "Messages", lead: "Search by dossier or document code, agency, state. Without a filter: the last 24 hours.", any: "All", more: "More filters", filtersLabel: "Filters",
    empty: "No message fits. Try a longer time, or fewer filters.", clear: "Clear the filters", countExactly: "Count exactly",
    exactly: (n) => `${n} messages`, about: (n) => `About ${n} messages`,
    filters: {
      key: "Dossier / document code", id: "Message id", source: "Sending system", recipient: "Receiving system", type: "Type", outcome: "Decision", state: "State",
      reason: "Reason code", connector: "Connector", priority: "Priority", correlation: "Conversation", attempts: "Attempts from", range: "Time", since: "From", until: "Until",
    },
    ranges: { "": "Last 24 hours", "1h": "Last hour", "7d": "Last 7 days", "30d": "Last 30 days", custom: "Another range…" },
    columns: { document: "Document", state: "State", source: "Sender", type: "Type", at: "Decided at" },
  },
  views: {
    title: "Saved views", save: "Save this view", name: "Name", share: "Share with everybody", remove: "Remove", by: (who) => `by ${who}`,
  },
  trace: {
    title: "Trace", decided: "Decided at", recipients: "Recipients", noRecipients: "It went to nobody.", since: "since", owner: "Who must act",
    attempts: (n) => `${n} attempts`, total: "in all", connector: "Connector", deadLetter: "Open the dead letter", timeline: "Steps", onlyFor: "Show only", everybody: "All recipients",
    leftOut: (n) => `${n} more steps are not shown here.`, late: "recorded late", detail: "Details", links: "Belongs to it", headers: "Headers and signature as received",
    headersAll: "Headers", signature: "Signature", raw: "The trace as JSON", who: "Who must act", next: "What to do next", reasonUnknown: "The recipient gave this code; its documents say what it means.",
    neighbours: "In the list", back: "List", before: "Previous message", after: "Next message",
    owners: { hub: "the hub", operator: "the hub's operator", recipient: "the recipient", sender: "the sender", connector: "the connector", nobody: "nobody: it is done", none: "nobody: it is done", person: "whoever chooses the recipient" },
    linkKinds: { correlation: "Same conversation", same_key: "Same document", receipt: "Receipt", withdrawal: "Withdraws this message", withdrawn_by: "Withdrawn by" },
    facts: {
      title: "Message", sender: "Sender", onbehalf: "On behalf of", type: "Type", schema: "Schema", time: "Sender's time", received: "Received", expires: "Expires",
      correlation: "Conversation", size: "Size", digest: "SHA-256", peer: "Sent through", rules: "Version of the rules", position: "Position",
    },
    body: {
      title: "Body", lead: "The exact bytes that were signed. A look needs a reason.", gone: "The hub does not have this body any more.", open: "See and download the body",
      noRight: "You have no right to see bodies.", audited: "This look is recorded: who, when, and why.",
    },
  },
  overview: {
    title: "Overview", lead: "How the hub is, over the last 24 hours.", admitted: "Admitted", delivered: (n) => `${n} deliveries arrived`, arrived: "Delivered", refused: "Refused",
    success: (rate) => `${rate} admitted`, waiting: "Waiting", oldest: (time) => `the oldest for ${time}`, nothingWaits: "nothing waits for long", deadLetters: "Dead letters",
    review: "Needs a person", connectors: "Connectors running", notRunning: (n) => `${n} not running`, lag: "Longest lag", quarantine: "Held",
    calm: "Nothing needs a person.", trouble: "Needs a person", oldestLine: (time) => `Not delivered for ${time}:`, flow: "Flow in the province", flowBy: "By", byLevel: "Level", byOrganisation: "Organisation",
    bySystem: "System", noFlow: "There is no message yet.", flowTable: "Show it as a table", flowLabel: (n) => `Map of the flow: ${n} ways; the table beneath has the same figures.`,
    from: "From", to: "To", nowhere: "Refused", waysLeftOut: (n) => `${n} more ways with less are not shown.`, day: "The last 24 hours, by 5 minutes", time: "Time",
    dayLabel: (a, d, r) => `In 24 hours: ${a} admitted, ${d} delivered, ${r} refused.`,
  },
  deadLetters: {
    title: "Dead letters", one: "Dead letter", lead: "The hub has stopped trying. Repair the cause first, then retry the whole group.", byCause: "By cause", oneByOne: "One by one",
    filters: { connector: "Connector", code: "Reason code", system: "Receiving system", fingerprint: "Fingerprint" },
    none: "There is no dead letter.", noConnector: "held by no connector", first: "first", last: "last", show: "Show each", retryAll: "Retry all…", dropAll: "Drop all…",
    all: { retry: (n) => `Retry ${n} dead letters`, drop: (n) => `Drop ${n} dead letters` }, preview: "Preview", previewLead: "Nothing is done yet. The next step tells the exact number and asks to confirm it; more than 500 need a second person.",
    ticked: (n) => `${n} chosen`, tick: "Choose", message: "Message", recipient: "Recipient", cause: "Cause", attempts: "Attempts", at: "Since", peerCode: "The recipient's code", text: "Note",
    open: "Open", ended: "Ended", retry: "Retry", drop: "Drop", ordered: (n) => `${n} ordered`,
    means: { retry: "The hub tries again now. Where the outcome of the last call is unknown, ask the recipient first: it may arrive twice.", drop: "The hub gives up; the sender sees it as expired, and those behind it with the same key pass." },
  },
  jobs: {
    title: "Retry jobs", one: "Retry job", lead: "One decision about many dead letters; the hub does it by itself, over a restart too.", none: "There is no job yet.", what: "What", state: "State", progress: "Done",
    askedBy: "Asked by", askedAt: "At", actions: (action, n) => (action === "drop" ? `Drop ${n} dead letters` : `Retry ${n} dead letters`), filter: "Filter", reason: "Reason", confirmedBy: "Confirmed by", endedAt: "Ended",
    secondPerson: "These are many: a person other than the one who asked must confirm.", confirm: (n) => `Confirm ${n}`, pause: "Pause", resume: "Resume", cancel: "Cancel the job",
    items: "Each of them", message: "Message", recipient: "Recipient", cause: "Cause", result: "Now",
  },
  held: {
    title: "Held", lead: "For a fault of the hub, not of the sender. Once it is repaired, release them.", none: "Nothing is held.", message: "Message", reason: "Because", at: "Since", act: "Action",
    release: "Release", means: "The hub decides this message anew, and those that wait behind it.", more: "There are more: handle these first.",
  },
  connectors: {
    title: "Connectors", one: "Connector", lead: "They join the hub with the agencies' software and the national systems.", fresh: "New connector", freshLead: "Choose the adapter and the system, then configure it.", none: "There is no connector yet.",
    name: "Name", state: "State", system: "System", waiting: "Waiting", lag: "Lag", deadLetters: "Dead letters", lastSuccess: "Last success", adapter: "Adapter", wanted: "Wanted", delivered: "Delivered", failed: "failed", heard: "Heard of at",
    orders: { pause: "Pause", resume: "Resume", stop: "Drain and stop", restart: "Restart" },
    means: {
      pause: "It keeps its connections and moves nothing; messages wait in the inbox.", resume: "It works again, beginning with what waits.",
      stop: "It finishes what is under way, then lets go of everything. Messages wait in the inbox.", restart: "It starts anew, and reads configuration and secrets again.",
    },
    told: "Ordered", test: "Test the connection", testing: "Testing…", testOk: "The connection is good", noAnswer: "No answer yet", config: "Configuration", edit: "Edit", save: "Save the configuration", saved: "The configuration is saved", make: "Make the connector",
    unreadable: (name) => `The value of ${name} cannot be read.`, lines: "One value on each line", json: "JSON", secret: "A reference to the secret (env:, file:, vault:…), never the secret", nameHint: "Small letters, digits, hyphens; 3–63", systemHint: "The system that it serves",
  },
  networks: {
    title: "Networks it may call", none: "No inner network was asked for.", cidr: "Network (CIDR)", cidrHint: "For example 10.20.30.0/24", state: "State", asked: "Asked by", act: "Action", approved: (who) => `Approved by ${who}`, waits: "Waits for a second person",
    ask: "Ask for a network", approve: "Approve", withdraw: "Withdraw",
  },
  routes: {
    title: "Routes", lead: "Who may send what to whom, and where it leads. What is not here is refused.", table: "Routing table", simulator: "Try a message", none: "No access right fits.",
    filters: { sender: "Sending system", type: "Type", recipient: "Recipient" }, leadsTo: "Leads to", more: (n) => `and ${n} more`, rules: (n) => `Rules version ${n}`,
    simulatorLead: "The hub decides as it would under the present rules; nothing is stored or sent.", simulate: { source: "Sending system", type: "Type", recipients: "Recipients", dataschema: "Schema", subject: "Document code", body: "Body (JSON)" },
    recipientsHint: "One address on each line, for example urn:hub:org:H99.22", bodyHint: "Left empty, the schema is not checked. Sample data only.", bodyBroken: "The body is not JSON.", run: "Try it", outcome: "Outcome", deliveries: "It would go to", nowhere: "It would go nowhere.",
    steps: { admission: "Admission", signature: "Signature", deduplication: "Deduplication", authorisation: "Access right", validation: "Schema", routing: "Routing" },
  },
  lag: {
    title: "Lag", lead: "How many messages each consumer has not read, and how many seconds it is behind.", asOf: "At", unknown: "Could not be asked", stuck: "Stands still", moves: "Reads", behind: (n, time) => `${n} messages, ${time}`,
    partition: "Partition", committed: "Read up to", end: "End", messages: "Left", seconds: "Behind",
  },
  directory: {
    title: "Directory", one: "Organisation", lead: "Organisations by level, with codes, systems, keys and rights.", find: "Find by name or id", none: "There is no organisation yet.", many: (n) => `${n} organisations`, level: "Level", parent: "Under", state: "State", sent: "Sent",
    systems: "Systems", system: "System", name: "Name", codes: "Codes", code: "Code", scheme: "Scheme", valid: "Valid", keys: "Keys", algorithm: "Algorithm", thumbprint: "Thumbprint", endpoints: "Endpoints", types: "Types", rights: "Access rights", to: "Recipients",
    noneOfThese: "None yet.",
    onboarding: { title: "Ready to exchange?", codes: "A code", systems: "A system", keys: "A signing key", endpoints: "An endpoint", rights: "An access right", done: "There", missing: "Missing", test: "Try it with a sample message:" },
  },
  schemas: { title: "Schemas", lead: "The form of each type's body. A published one never changes.", none: "No schema is published yet.", schema: "Schema", compare: "Compared with", onlyOne: "There is only one" },
  audit: {
    title: "Audit", lead: "Who did, saw or was denied what, when and why.", filters: { actor: "Person", action: "Action", target: "Target", result: "Result" }, results: { done: "Done", denied: "Denied", failed: "Failed" },
    at: "At", what: "What", reason: "Reason", before: "Before", after: "After", more: (n) => `and ${n} more`,
  },
  requests: {
    title: "Approvals", lead: "Risky actions are done by two: one asks, another approves.", all: "Decided ones too", none: "Nothing waits for approval.", kinds: { connector_network: "A network for a connector", roles: "Roles", administrator_token: "Administrator's token" },
    decisions: { waiting: "Waits", approved: "Approved", refused: "Not approved", withdrawn: "Withdrawn" }, askedBy: "Asked by", payload: "Content", approve: "Approve", refuse: "Do not approve", withdraw: "Take back",
  },
  users: {
    title: "Users", one: "User", lead: "Who may sign in, and with which roles.", add: "Add somebody", name: "Name", login: "Sign-in name", loginHint: "Small letters, digits, dots, hyphens", display: "Full name", roles: "Roles", signsIn: "Signs in by", byPassword: "password", state: "State",
    disabled: "Disabled", enabled: "Enabled", made: (who) => `The account of ${who} is made`, firstPassword: "The first password, shown this once:", waits: "The role counts once a second person has approved it.", matrix: "Rights of each role", right: "Right", yes: "yes", no: "no",
    second: "needs a second person", organisation: "Within organisation (id)", wholeHub: "Left empty: the whole hub", madeBy: "Made by", rights: "May", done: "Done", orders: { roles: "Change roles", disable: "Disable", enable: "Enable", reset: "New first password" },
  },
  where: {
    title: "Where is it?", lead: "Enter a dossier or document code of your own organisation.", key: "Code", ask: "Look up", start: "Enter a code to look it up", none: "Your organisation sent or received nothing with this code.", by: "due",
  },
  system: {
    title: "System", lead: "The process, the rules it follows, the adapters that are installed.", api: "API", ready: "Ready", notReady: "Not ready", rules: "Rules", published: "Routers follow it", notPublished: "Not with the routers yet", version: "Version",
    adapters: "Adapters", name: "Name", package: "Package", problem: "Problem",
  },
  profile: {
    title: "Profile", looks: "Display", language: "Language", theme: "Colours", themes: { system: "As the machine", light: "Light", dark: "Dark" }, zone: "Time zone", zones: { vietnam: "Viet Nam (UTC+7)" }, shortcuts: "Shortcuts of a single key",
    rights: "Roles and rights", sessions: "Sign-ins", thisSession: "This one", signedIn: "signed in", seen: "active", everywhere: "Sign out everywhere",
  },
};
