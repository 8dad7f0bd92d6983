import type { SchemaCheck } from './check-schema.ts';
import { costText, shownCosts, sizeText, someOf, summaryOf } from './report-text.ts';

/** A check as a comment of a pull request. */
export function reportMarkdown(check: SchemaCheck, { base }: { base: string }): string {
  const { changes, broken, plans, costs, lint } = check;
  return [
    '### Schema check',
    summaryOf(check, base),
    table(
      ['verdict', 'where', 'what', 'used by'],
      changes.map(({ verdict, coordinate, message, users }) => [
        verdict,
        `\`${coordinate}\``,
        message,
        someOf(users ?? []),
      ]),
    ),
    table(
      ['broken operation', 'why'],
      broken.map(({ label, reasons }) => [label, reasons.join('<br>')]),
    ),
    table(
      ['operation', 'before', 'after'],
      plans.map(({ operation, before, after }) => [operation, sizeText(before), sizeText(after)]),
    ),
    table(
      ['operation', 'cost'],
      shownCosts(costs, false).map((cost) => [cost.operation, costText(cost)]),
    ),
    table(
      ['lint', 'where', 'what'],
      lint.map(({ rule, coordinate, message }) => [rule, `\`${coordinate}\``, message]),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  return [head, head.map(() => '---'), ...rows.map((row) => row.map(inCell))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
