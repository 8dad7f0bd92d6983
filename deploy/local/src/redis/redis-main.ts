import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

// A process between the stack and Redis, which knows nothing of the stack: it ends Redis when the stack is gone.

const { REDIS_PROGRAM, REDIS_PORT, REDIS_DIRECTORY } = z
  .object({ REDIS_PROGRAM: z.string(), REDIS_PORT: z.string(), REDIS_DIRECTORY: z.string() })
  .parse(process.env);

const MEMORY_LIMIT = '256mb';

const redis = spawn(
  REDIS_PROGRAM,
  [
    ...['--port', REDIS_PORT],
    ...['--bind', '127.0.0.1'],
    ...['--dir', REDIS_DIRECTORY],
    ...['--loglevel', 'warning'],
    ...['--maxmemory', MEMORY_LIMIT],
    // Versions of tags are not to be evicted before the entries that they vouch for: those have less time to live.
    ...['--maxmemory-policy', 'volatile-ttl'],
    // Counts that were not written to Postgres yet outlive a restart, all but those of the last second.
    ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'],
  ],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => redis.kill('SIGTERM'));

const [code] = await once(redis, 'exit');
process.exit(code ?? 1);
