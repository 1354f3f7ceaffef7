const PATHS = {
  overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 4v3h6V4z",
  messages: "M4 6h16v12H4zM4 7l8 6 8-6",
  deadLetters: "M12 4 2.5 20h19zM12 10v4M12 17v.5",
  connectors: "M8 4v4M16 4v4M6 8h12v4a6 6 0 0 1-12 0zM12 18v3",
  routes: "M5 6h6a4 4 0 0 1 4 4v4a4 4 0 0 0 4 4M16 15l3 3-3 3M5 6v.1",
  lag: "M4 19h16M6 16l4-5 3 3 5-8",
  topics: "M4 6c0-3 16-3 16 0v12c0 3-16 3-16 0zM4 6c0 3 16 3 16 0M4 12c0 3 16 3 16 0",
  schedules: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3.500 2",
  directory: "M12 4v5M5 15v-3h14v3M12 9v3M3 15h4v5H3zM10 15h4v5h-4zM17 15h4v5h-4z",
  schemas: "M9 4c-3 0-2 3-2 5s-2 3-2 3 2 1 2 3-1 5 2 5M15 4c3 0 2 3 2 5s2 3 2 3-2 1-2 3 1 5-2 5",
  deadlines: "M5 6h14v14H5zM5 10h14M9 3v5M15 3v5M12 13v3l2 1",
  requests: "M4 12l5 5L20 6",
  alerts: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
  reports: "M5 20V10M12 20V4M19 20v-7",
  audit: "M7 3h8l4 4v14H7zM10 12h6M10 16h6",
  users: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20c0-4 3-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M18 14c2 .6 3.500 2.500 3.500 6",
  system: "M4 5h16v6H4zM4 13h16v6H4zM8 8v.1M8 16v.1",
  profile: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21c0-5 4-7 8-7s8 2 8 7",
  menu: "M4 7h16M4 12h16M4 17h16",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M16 16l5 5",
  where: "M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11M12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  jobs: "M20 12a8 8 0 1 1-3-6.200M17 2v4h-4",
  documents: "M6 3h9l4 4v6M6 3v18h6M9 9h6M9 13h4M14 18l2.500 2.500L21 16",
  certificates: "M12 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10M9 13l-1.500 8L12 19l4.500 2L15 13",
  compromises: "M8 16a4 4 0 1 1 3-6.500L20 9v3h-2v3h-3v-3h-3.500M7 12v.1M4 20l4-1",
  transparency: "M12 4v4M6 12v-2h12v2M6 12v4M18 12v4M4 16h4v4H4zM10 12h4v4h-4zM16 16h4v4h-4z",
  shares: "M7 12a3 3 0 1 0 0-.1M17 6a2.500 2.500 0 1 0 0-.1M17 18a2.500 2.500 0 1 0 0-.1M9.500 10.500l5-3M9.500 13.500l5 3",
  versions: "M12 8v4l3 2M4 12a8 8 0 1 0 2.500-5.800M4 4v4h4",
  applications: "M9 6H5v13h14v-4M13 4h7v7M20 4l-9 9",
  reviews: "M12 20v-7M12 13 5 8V4M12 13l7-5V4M3 6l2-2 2 2M17 6l2-2 2 2",
  held: "M8 11V7a4 4 0 0 1 8 0v4M5 11h14v9H5z",
} as const;

export type IconName = keyof typeof PATHS;

/** A line drawing beside a word; it says nothing by itself, so a screen reader passes over it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
