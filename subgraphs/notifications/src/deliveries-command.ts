import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Databases } from '@tributary/prisma/clients/databases';
import { openForCommand } from '@tributary/prisma/commands/open-for-command';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { DeliveryRepository } from './deliveries/delivery-repository.ts';

const HELP = `Usage: deliveries dead | replay  [--databases FILE]

  dead      lists the deliveries of notifications that were given up, with the reason
  replay    lets them be tried again, with all their attempts`;
const DEFAULT_FILE = fileURLToPath(new URL('../../../.tributary/databases.json', import.meta.url));
const FAILED = 1;
const NOT_UNDERSTOOD = 2;
const LISTED = 100;

const actions: Readonly<Record<string, (databases: Databases) => Promise<void>>> = {
  async dead(databases) {
    const deliveries = new DeliveryRepository(databases);
    for (const { name } of databases.allShards()) {
      for (const { id, attempts, lastError } of await deliveries.findDead(name, { limit: LISTED })) {
        console.log(`${encodeId('notification', id)}  attempts ${attempts}  ${lastError}`);
      }
    }
  },
  async replay(databases) {
    const deliveries = new DeliveryRepository(databases);
    for (const { name } of databases.allShards()) {
      console.log(`${name}: ${await deliveries.revive(name)} will be tried again`);
    }
  },
};

function readArguments() {
  try {
    const options = { help: { type: 'boolean' }, databases: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [word = '', ...others] = positionals;
    return { ...values, action: others.length === 0 ? actions[word] : undefined };
  } catch {
    return { help: false, action: undefined };
  }
}

const { help, action, ...values } = readArguments();
const file = ('databases' in values && values.databases) || process.env['TRIBUTARY_DATABASES_FILE'] || DEFAULT_FILE;
if (help) console.log(HELP);
else if (action === undefined) {
  console.error(HELP);
  process.exitCode = NOT_UNDERSTOOD;
} else {
  await run(action).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = FAILED;
  });
}

async function run(act: (databases: Databases) => Promise<void>): Promise<void> {
  await using databases = await openForCommand('deliveries', file);
  await act(databases);
}
