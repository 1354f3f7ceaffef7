import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { theme, zone } from "../../app/preferences";
import { count } from "../../design/Time";
import { words } from "../../words";
import { inSteps, type Minutes } from "./minutes";

const HEIGHT = 260;

/** The last 24 hours: admitted, delivered, refused, in steps of five minutes. */
export function MinutesChart({ minutes, at }: { readonly minutes: Minutes; readonly at: string }) {
  const text = words.value.overview;
  const frame = useRef<HTMLDivElement>(null);
  const series = inSteps(minutes, at);
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const chart = new uPlot(options(element), series as unknown as uPlot.AlignedData, element);
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [minutes, at, words.value, theme.value, zone.value]);
  const sum = (values: number[]) => count(values.reduce((all, one) => all + one, 0));
  return (
    <section class="card stack-s" aria-label={text.day}>
      <h2>{text.day}</h2>
      <div ref={frame} class="chart" role="img" aria-label={text.dayLabel(sum(series[1]), sum(series[2]), sum(series[3]))} />
    </section>
  );
}

function options(element: HTMLElement): uPlot.Options {
  const text = words.value.overview;
  const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: colour("--text-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
  const line = (label: string, name: string, dash: number[]): uPlot.Series => ({ label, stroke: colour(name), width: 2, dash, points: { show: false } });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone.value),
    fmtDate: (template) => uPlot.fmtDate(template.replace(/\{h\}(:\{mm\})?(\{aa\})?/, "{HH}:{mm}").replace("{M}/{D}", "{DD}/{MM}").replace("/{YY}", "")),
    axes: [axis, { ...axis, values: (_, values) => values.map((value) => count(value)) }],
    // Dashes differ as well as colours: many people cannot tell green from red.
    series: [{ label: text.time }, line(text.admitted, "--accent", []), line(text.arrived, "--good", [6, 3]), line(text.refused, "--bad", [2, 3])],
  };
}
