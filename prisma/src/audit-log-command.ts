import { hash } from 'node:crypto';
import { Command } from 'commander';
import { type AuditRecord, readAuditLog } from './audit/audit-log.ts';
import { openForCommand } from './commands/open-for-command.ts';
import { countBetween, parseTime } from './commands/option-values.ts';
import { databasesFileOption, runCommand } from './commands/run-command.ts';

interface Options {
  actor?: string;
  subject?: string;
  email?: string;
  name?: string;
  since?: Date;
  limit: number;
  json?: boolean;
  databases: string;
}

const program = new Command('audit-log')
  .description(
    'Lists what was done and refused, the newest first: log-ins and log-outs, orders, changes of prices and stocks, refusals.',
  )
  .option('--actor <id>', 'who did it, for example usr_00gqg3t0r0g00')
  .option('--subject <id>', 'what it was done to: an order, a product, a session, a field')
  .option('--email <address>', 'failed log-ins to the account of this address, of which the log has a hash alone')
  .option('--name <event>', 'for example LogInFailed')
  .option('--since <time>', 'with its zone, for example 2026-11-23T00:00Z', parseTime)
  .option('--limit <records>', 'how many at most', countBetween(1, 100_000), 100)
  .option('--json', 'one object a line, for programs')
  .addOption(databasesFileOption())
  .action(async ({ actor, email, name, since, limit, json, databases: file, ...options }: Options) => {
    await using databases = await openForCommand('audit-log', file);
    const subject = email === undefined ? options.subject : accountOf(email);
    const records = await readAuditLog(databases.catalog().$primary(), { actor, subject, name, since, limit });
    for (const record of records) console.log(json ? lineOf(record) : describe(record));
    if (records.length === 0 && !json) console.log('nothing fits');
  });

/** As accounts names the buckets of log-ins. */
function accountOf(email: string): string {
  return `account:${hash('sha256', JSON.stringify([email.toLowerCase()]), 'base64url')}`;
}

function describe({ occurredAt, name, actor, subject, details }: AuditRecord): string {
  return `${occurredAt.toISOString()}  ${name}  ${actor ?? 'nobody'}  ${subject ?? ''}  ${JSON.stringify(details)}`;
}

function lineOf({ eventId, ...record }: AuditRecord): string {
  return JSON.stringify({ eventId: eventId.toString(), ...record });
}

await runCommand(program);
