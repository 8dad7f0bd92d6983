import { Command } from 'commander';
import { z } from 'zod';
import { jsonOfStats, linesOfStats, readCacheStats } from './cache/cache-stats.ts';
import { redisSchemes, schemeOf } from './cache/cache-url.ts';
import { keyTag } from './cache/entry.ts';
import { decodeEntry } from './cache/entry-codec.ts';
import { DEFAULT_PREFIX, openStores, type Stores } from './cache/open-stores.ts';
import { openRedisNodes } from './cache/redis-nodes.ts';
import { FAILED, runCommand } from './commands/run-command.ts';
import { cacheSettings, cacheVariables } from './environment/cache-variables.ts';
import { parseEnvironment } from './environment/parse-environment.ts';

const program = new Command('cache').description(
  'Looks into the cache that the services share, and acts on it. TRIBUTARY_CACHE_URL says where it is.',
);

program
  .command('stats')
  .description(
    'Shows how often the tiers of each service answered, today at most, and what Redis keeps: keys and memory by kind, and every key without a time to live. Fails when one has no reason to last.',
  )
  .option('--json', 'for programs: all numbers, as one object')
  .action(async ({ json: isJson = false }: { json?: boolean }) => {
    const url = settings().url;
    if (url === undefined || !redisSchemes.includes(schemeOf(url))) {
      throw new Error('TRIBUTARY_CACHE_URL has to name Redis or Valkey: no other store tells what it keeps');
    }
    await using nodes = await openRedisNodes(url);
    const stats = await readCacheStats(nodes.masters, DEFAULT_PREFIX);
    console.log(isJson ? jsonOfStats(stats) : linesOfStats(stats).join('\n'));
    if (stats.lasting.some(({ reason }) => reason === undefined)) process.exitCode = FAILED;
  });

program
  .command('get')
  .description('Shows the entry of a key, and whether its tags still have the versions that it was stored with.')
  .argument('<key>', 'as the service names it: product:v1:prd_…')
  .requiredOption('--service <name>', 'whose key it is: catalog, gateway')
  .action(async (key: string, { service }: { service: string }) => {
    await withStores(service, async ({ values, coordination }) => {
      const [bytes] = await values.getMany([key]);
      const entry = bytes && decodeEntry(bytes);
      if (!entry) throw new Error(`there is no entry of ${key}`);
      const current = await coordination.versionsOf(entry.tags);
      const untrue = entry.tags.filter((_, index) => current[index] !== entry.versions[index]);
      const ageMs = Date.now() - entry.filledAtMs;
      console.log(
        `filled ${Math.round(ageMs)} ms ago, fresh for ${Math.round(entry.freshForMs)} ms, ${bytes.byteLength} bytes`,
      );
      for (const tag of entry.tags) console.log(`tag ${tag}${untrue.includes(tag) ? ': invalidated since' : ''}`);
      console.log(untrue.length > 0 ? 'not true any more: it will be filled again' : 'true');
      console.log(
        JSON.stringify(entry.value ?? null, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2),
      );
    });
  });

program
  .command('invalidate')
  .description('Makes entries untrue in all services, by key and by tag.')
  .option('--key <key...>', 'as the service names it: product:v1:prd_…')
  .option('--tag <tag...>', 'product:prd_…')
  .action(async ({ key: keys = [], tag: tags = [] }: { key?: string[]; tag?: string[] }) => {
    const all = [...keys.map(keyTag), ...tags];
    if (all.length === 0) program.error('error: name a --key or a --tag');
    await withStores('', ({ coordination }) => coordination.invalidate({ tags: all, positions: {} }));
    console.log(`invalidated ${[...keys, ...tags].join(', ')}`);
  });

function settings() {
  const found = cacheSettings(parseEnvironment(z.object(cacheVariables), process.env));
  if (!found) throw new Error('caching is switched off: TRIBUTARY_CACHE is off');
  return found;
}

/** @throws Error where there is nothing that processes share */
async function withStores(name: string, act: (stores: Stores) => Promise<void>): Promise<void> {
  const { url, coordinationUrl } = settings();
  if (url === undefined && coordinationUrl === undefined) {
    throw new Error('TRIBUTARY_CACHE_URL is not set: each process caches for itself');
  }
  const stores = await openStores({ url, coordinationUrl, name, onNotice: () => undefined });
  try {
    await act(stores);
  } finally {
    await stores.close();
  }
}

await runCommand(program);
