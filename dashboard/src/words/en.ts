import { codesEn } from "./codes";
import type { Words } from "./vi";

export const en: Words = {
  product: "Integration hub",
  ...codesEn,
  nav: {
    overview: "Overview", messages: "Messages", trace: "Trace", where: "Where is it?", deadLetters: "Dead letters", jobs: "Retry jobs",
    held: "Held", connectors: "Connectors", connector: "Connector", connectorNew: "New connector", routes: "Routes", lag: "Lag", directory: "Directory",
    organisation: "Organisation", schemas: "Schemas", alerts: "Alerts", reports: "Reports", audit: "Audit", users: "Users", system: "System", profile: "Profile",
    deadLetter: "Dead letter", job: "Retry job",
  },
  notice: {
    loading: "Loading…", empty: "Nothing here", again: "Try again", unreachable: "The hub cannot be reached",
    next: "Try again; if it stays so, tell the hub's operator the code below.", noScreen: "There is no such page",
    loadFailed: "It could not be loaded",
  },
  problems: {
    unauthorized: "Not signed in, or the name or password is wrong", forbidden: "You have no right to do this",
    not_found: "It does not exist, or is not yours to see", unavailable: "A store of the hub does not answer", overloaded: "The hub has too much to do",
    invalid_request: "The request does not have the right form", invalid_cursor: "This page is gone; open the list again", conflict: "It does not fit the present state",
    too_many_requests: "Too many tries", second_person: "A second person must approve", count_differs: "The number has changed since the preview",
    unbounded: "Choose at least one condition", body_gone: "The body is not kept any more", too_many: "Too many to export at once; narrow the filter",
    internal_error: "A fault of the hub", read_only: "The hub is in read-only mode", storage_full: "The hub's disk is nearly full", csrf: "The session has changed; load the page again",
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
    againLead: "Sign in again to go on. What you typed is still there.", giveUp: "Do not go on", oidc: "Sign in with the province's account",
  },
  password: {
    title: "Change the password", forced: "Somebody else made this password. Choose one that only you know.", old: "Present password", fresh: "New password",
    repeat: "New password again", differs: "The two are not the same yet", rules: "A long sentence that is easy to remember is best.", submit: "Change the password", done: "The password is changed",
  },
  messages: {
    title: "Messages", lead: "Search by dossier or document code, agency, state. Without a filter: the last 24 hours.", any: "All", more: "More filters", filtersLabel: "Filters",
    empty: "No message fits. Try a longer time, or fewer filters.", clear: "Clear the filters", countExactly: "Count exactly",
    exactly: (n) => `${n} messages`, about: (n) => `About ${n} messages`, rebuilding: "The index is being rebuilt: the list may be incomplete.",
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
};
