import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { testSecret } from '../kit/secrets.ts';

/** Files that hold what the secrets of a deployment do, by the names that they have there. */
export interface SampleSecrets {
  /** The environment with paths to secrets replaced by paths to these files. */
  standIn(environment: Readonly<Record<string, string>>): Record<string, string>;
  remove(): Promise<void>;
}

/** Writes a file for each secret that services are given, into a folder that its owner removes. */
export async function makeSampleSecrets(): Promise<SampleSecrets> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-secrets-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const contents: Record<string, string> = {
    'gateway-keys': testSecret('sample gateway key'),
    'token-private-key': key,
    'private-key.pem': key,
    'cache-url': 'redis://127.0.0.1:1',
    'coordination-url': 'redis+cluster://127.0.0.1:1',
    'queue-url': 'amqp://127.0.0.1:1/',
    'databases.json': '{}',
  };
  for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content);
  return {
    standIn: (environment) =>
      Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [
          name,
          value.startsWith('/run/secrets/') ? join(folder, basename(value)) : value,
        ]),
      ),
    remove: () => rm(folder, { recursive: true }),
  };
}
