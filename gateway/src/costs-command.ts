import { cacheSettings, cacheVariables } from '@tributary/runtime/environment/cache-variables';
import { parseEnvironment } from '@tributary/runtime/environment/parse-environment';
import { integerVariable } from '@tributary/runtime/environment/variables';
import { createLogger } from '@tributary/runtime/logging/logger';
import { Command } from 'commander';
import { z } from 'zod';
import { EXIT_CODES, parseCommandLine } from './command-line.ts';
import { costReportText } from './cost/cost-report-text.ts';
import { CostReports } from './cost/cost-reports.ts';
import { processVariables } from './environment.ts';
import { openSharedRedis } from './persisted-operations/shared-redis.ts';

interface Options {
  readonly limit: string;
  readonly json?: boolean;
}

const command = new Command('costs')
  .description(
    'Lists the operations that have cost most in the gateways of the last hour that share the Redis of TRIBUTARY_CACHE_URL.',
  )
  .option('--limit <number>', 'how many', '20')
  .option('--json', 'as JSON, for programs');

/** @throws Error that says what went wrong */
async function run({ limit: limitText, json }: Options): Promise<void> {
  const limit = integerVariable({ min: 1, max: 1_000, default: 20 }).parse(limitText);
  const settings = cacheSettings(parseEnvironment(z.object(cacheVariables), processVariables({})));
  const logger = createLogger({ service: 'costs', level: 'silent' });
  const redis = await openSharedRedis(settings?.url, { logger });
  if (!redis) throw new Error('TRIBUTARY_CACHE_URL has to name the Redis or Valkey that the gateways share');
  try {
    const records = (await new CostReports(redis.commands).read()).slice(0, limit);
    console.log(json ? JSON.stringify(records, undefined, 2) : costReportText(records));
  } finally {
    redis.close();
  }
}

const early = parseCommandLine(command, process.argv);
if (early) {
  process.exitCode = early.exitCode;
} else {
  await run(command.opts()).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = EXIT_CODES.failed;
  });
}
