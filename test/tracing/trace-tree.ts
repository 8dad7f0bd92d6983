import type { ReceivedSpan } from './otlp-receiver.ts';

/** A trace as a tree of lines, a span each: who recorded it and its name, indented below what it is within; equal ones once. */
export function traceTree(spans: readonly ReceivedSpan[]): string[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const below = (parents: ReadonlySet<string> | undefined, depth: number): string[] => {
    const within = spans.filter(({ parentSpanId }) => parents?.has(parentSpanId) ?? !known.has(parentSpanId));
    const byLine = Map.groupBy(within, ({ service, name }) => `${service}: ${name}`);
    return [...byLine]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([line, same]) => [
        `${'  '.repeat(depth)}${line}`,
        ...below(new Set(same.map(({ spanId }) => spanId)), depth + 1),
      ]);
  };
  return below(undefined, 0);
}
