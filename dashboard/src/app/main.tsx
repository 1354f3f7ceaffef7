import { render } from "preact";
import "../design/fonts.css";
import "../design/tokens.css";
import "../design/base.css";
import "../design/parts.css";
import "../design/table.css";
import "../design/dialog.css";
import "../design/timeline.css";
import "./shell.css";
import { App } from "./App";
import { followPreferences } from "./preferences";

followPreferences();
const root = document.getElementById("app");
if (!root) throw new Error("index.html has no #app");
render(<App />, root);
