import { hash } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { type AuditRecord, readAuditLog } from './audit/audit-log.ts';
import { openDatabases } from './clients/databases.ts';
import { databasesFileOption, runCommand } from './commands/run-command.ts';
import { readDatabasesFile } from './topology/topology.ts';

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
  .option('--limit <records>', 'how many at most', parseLimit, 100)
  .option('--json', 'one object a line, for programs')
  .addOption(databasesFileOption())
  .action(async ({ actor, email, name, since, limit, json, databases: file, ...options }: Options) => {
    await using databases = await openForCommand(file);
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

function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || !/T.*(Z|[+-]\d\d:?\d\d)$/i.test(text))
    throw new InvalidArgumentError('it is a time with its zone, for example 2026-11-23T00:00Z.');
  return time;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100_000)
    throw new InvalidArgumentError('it is a number from 1 to 100000.');
  return limit;
}

async function openForCommand(file: string) {
  const databases = await openDatabases({
    service: 'audit-log',
    readConfig: () => readDatabasesFile(file),
    poolSize: 1,
    fleetProcesses: 1,
    statementTimeoutMs: 60_000,
    connectionTimeoutMs: 5_000,
  });
  return { ...databases, [Symbol.asyncDispose]: () => databases.close() };
}

await runCommand(program);
