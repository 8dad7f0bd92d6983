/** A place in a file, counted from 1, with the text of the file for a code frame. */
export interface FindingLocation {
  file: string;
  line: number;
  column: number;
  sourceText: string;
}

/** Something composition has to say about the schemas: an error that stops it, or a hint. */
export interface Finding {
  /** Apollo's code (`FIELD_TYPE_MISMATCH`, `INCONSISTENT_DESCRIPTION`) or one of ours for the configuration file. */
  code: string;
  message: string;
  /** Most telling place first; empty when the finding concerns no single line. */
  locations: FindingLocation[];
}

const LINES_OF_CONTEXT = 1;

/**
 * A finding as text: `path:LINE:COL  CODE  message`, a code frame, and the other places it concerns.
 * `fallbackFile` is named when the finding has no place of its own.
 */
export function formatFinding(finding: Finding, fallbackFile: string): string {
  const [first, ...others] = finding.locations;
  if (!first) return `${fallbackFile}  ${finding.code}  ${finding.message}`;
  return [
    `${placeOf(first)}  ${finding.code}  ${finding.message}`,
    ...codeFrame(first),
    ...others.map((other) => `    also at ${placeOf(other)}`),
  ].join('\n');
}

function placeOf({ file, line, column }: FindingLocation): string {
  return `${file}:${line}:${column}`;
}

function codeFrame({ line, column, sourceText }: FindingLocation): string[] {
  const lines = sourceText.split('\n');
  const first = Math.max(1, line - LINES_OF_CONTEXT);
  const last = Math.min(lines.length, line + LINES_OF_CONTEXT);
  const gutterWidth = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number++) {
    const marker = number === line ? '>' : ' ';
    frame.push(`  ${marker} ${String(number).padStart(gutterWidth)} | ${lines[number - 1] ?? ''}`.trimEnd());
    if (number === line) frame.push(`    ${' '.repeat(gutterWidth)} | ${' '.repeat(column - 1)}^`);
  }
  return frame;
}
