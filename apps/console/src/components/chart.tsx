import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useColorScheme } from './color-scheme.js';

/** One line of a chart. */
export interface Series {
  readonly label: string;
  /** Name of the custom property with its colour. */
  readonly color: string;
  /** As many as there are times. */
  readonly values: readonly number[];
}

interface Props {
  readonly title: string;
  /** What the lines show, in words: a picture says nothing to who is read to. */
  readonly summary: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}

const HEIGHT_PX = 180;
const SPAN_S = 15 * 60;
/** With less than this, noise would look like a mountain, and whole numbers would need fractions. */
const FLOOR = 5;

/** Lines over time, as wide as there is room. */
export function Chart({ title, summary, times, series, format }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = useColorScheme();
  const labels = series.map(({ label }) => label).join('|');
  const data = [[...times], ...series.map(({ values }) => [...values])] as uPlot.AlignedData;

  // Drawn anew only when it is another chart, or in other colours; new values are set on what is there.
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const chart = new uPlot(optionsOf(element, series, format), data, element);
    plot.current = chart;
    const sizes = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      chart.destroy();
      plot.current = undefined;
    };
  }, [scheme, labels]);
  useEffect(() => plot.current?.setData(data), [times, series]);

  return (
    <figure class="card chart">
      <figcaption>
        <strong>{title}</strong>
        <span class="legend">
          {series.map(({ label, color }) => (
            <span key={label} class={`key ${color}`}>
              {label}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}: ${summary}`} />
    </figure>
  );
}

function optionsOf(element: HTMLElement, series: readonly Series[], format: (value: number) => string) {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: color('muted'), grid: { stroke: color('line'), width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_: uPlot, first: number, last: number): [number, number] => [beginOf(first, last), last] },
      y: {
        range: (_: uPlot, __: number, most: number): [number, number] => [0, Math.max(FLOOR, most * 1.1)],
      },
    },
    axes: [
      { ...axis, size: 28, incrs: [60, 120, 300], values: (_: uPlot, ticks: number[]) => ticks.map(clock) },
      { ...axis, size: 56, values: (_: uPlot, ticks: number[]) => ticks.map(format) },
    ],
    series: [
      {},
      ...series.map(({ label, color: name }) => ({
        label,
        stroke: color(name),
        width: 2,
        points: { show: false },
      })),
    ],
  } satisfies uPlot.Options;
}

/** At most the span; at least a minute, so that a first sample is no wall. */
const beginOf = (first: number, last: number) => Math.max(last - SPAN_S, Math.min(first, last - 60));

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clock = (seconds: number) => CLOCK.format(seconds * 1_000);
