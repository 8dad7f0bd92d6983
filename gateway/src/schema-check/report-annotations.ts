import type { SchemaCheck } from './check-schema.ts';
import { costText, sizeText } from './report-text.ts';
import type { SchemaPlace } from './schema-places.ts';

/**
 * What is to be looked at, as annotations that GitHub Actions reads from the output of a job.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function reportAnnotations(
  { changes, broken, plans, costs, lint }: SchemaCheck,
  placeOf: (coordinate: string) => SchemaPlace | undefined,
): string {
  const levels = { breaking: 'error', unused: 'warning', dangerous: 'warning' } as const;
  return [
    ...changes.flatMap(({ verdict, coordinate, message }) =>
      verdict === 'safe' ? [] : [annotation(levels[verdict], placeOf(coordinate), `${verdict}: ${message}`)],
    ),
    ...broken.map(({ label, reasons }) => annotation('error', undefined, `${label} is broken: ${reasons.join(' ')}`)),
    ...costs.flatMap((cost) =>
      cost.exceeded.length > 0 ? [annotation('error', undefined, `${cost.operation} costs ${costText(cost)}`)] : [],
    ),
    ...plans.map(({ operation, before, after }) =>
      annotation('notice', undefined, `${operation}: ${sizeText(before)} → ${sizeText(after)}`),
    ),
    ...lint.map(({ coordinate, message }) => annotation('notice', placeOf(coordinate), `${coordinate} ${message}`)),
  ].join('\n');
}

function annotation(level: 'error' | 'warning' | 'notice', place: SchemaPlace | undefined, message: string): string {
  const where = place ? ` file=${inProperty(place.file)},line=${place.line}` : '';
  return `::${level}${where}::${inData(message)}`;
}

function inData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function inProperty(text: string): string {
  return inData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
