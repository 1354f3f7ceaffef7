import { defineConfig } from "vitest/config";
import { licences } from "./licences.ts";

// The console is served by the hub's API under /console/ with a strict CSP: nothing inline, nothing
// from elsewhere. Fonts stay files because `font-src 'self'` takes no data: URL.
export default defineConfig({
  base: "/console/",
  plugins: [licences()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../hub/api/console/dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    target: "es2022",
    reportCompressedSize: false,
  },
  server: { proxy: { "/ops": "http://127.0.0.1:8080", "/v1": "http://127.0.0.1:8080" } },
  // One window for all files: making one for each took four times as long as the tests.
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"], isolate: false },
});
