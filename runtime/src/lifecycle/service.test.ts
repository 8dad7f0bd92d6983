import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';

const children = new Set<ChildProcess>();

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  children.clear();
});

/** What a file is imported by, as source text. */
const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** Runs a main.ts, of which `start` is the body of its start function. */
function runMain(start: string, options = '') {
  const main = `
    import { runService } from ${at('./service.ts')};
    import { StartError } from ${at('./start-error.ts')};
    import { EnvironmentError } from ${at('../environment/environment-error.ts')};
    await runService({ name: 'shop', ${options} start: async (scope, logger) => { ${start} } });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', main], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    child.emit('output');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    async line(message: string): Promise<void> {
      while (!stdout.includes(message)) await once(child, 'output');
    },
    async end(): Promise<{ code: number | null; lines: Record<string, unknown>[]; stderr: string }> {
      const [code] = await once(child, 'close');
      const lines: Record<string, unknown>[] = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
      return { code, lines, stderr };
    },
  };
}

const keptAlive = `scope.own(setInterval(() => {}, 1000), clearInterval, 'timer');`;
const listening = `${keptAlive}
  scope.own({ stop: async () => logger.info('database closed') });
  scope.own({ stop: async () => logger.info('server drained') });
  return { url: 'http://127.0.0.1:4001' };`;

describe('runService', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says where it listens, and on %s releases in reverse order and ends with 0',
    async (signal) => {
      const service = runMain(listening);
      await service.line('listening');
      service.kill(signal);
      const { code, lines, stderr } = await service.end();
      expect(lines.map(({ msg }) => msg)).toEqual(['listening', 'stopping', 'server drained', 'database closed']);
      expect(lines[0]).toMatchObject({ service: 'shop', url: 'http://127.0.0.1:4001' });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  it('takes signals in quick succession for one', async () => {
    const service = runMain(
      `scope.own({ stop: () => new Promise((resolve) => process.once('SIGTERM', resolve)) }); ${listening}`,
    );
    await service.line('listening');
    service.kill('SIGINT');
    await service.line('stopping');
    service.kill('SIGTERM');
    expect((await service.end()).code).toBe(0);
  });

  it('ends at once on a signal that is repeated later', async () => {
    const service = runMain(
      `${keptAlive} scope.own({ stop: () => new Promise(() => {}) }); return { url: 'x' };`,
      'releaseLimitMs: 60_000,',
    );
    await service.line('listening');
    const repeated = setInterval(() => service.kill('SIGTERM'), 100);
    const { code, lines } = await service.end();
    clearInterval(repeated);
    expect(code).toBe(1);
    expect(lines.map(({ msg }) => msg)).toEqual(['listening', 'stopping']);
  });

  it('ends with 1 and names what hung when a release takes too long', async () => {
    const service = runMain(
      `${keptAlive} scope.own({ stop: () => new Promise(() => {}) }, undefined, 'HTTP server'); return { url: 'x' };`,
      'releaseLimitMs: 50,',
    );
    await service.line('listening');
    service.kill('SIGTERM');
    const { code, lines } = await service.end();
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatchObject({ level: 'fatal', resource: 'HTTP server', limitMs: 50 });
  });

  it('ends with 1 and a log line with the stack when starting fails, after it released what it had', async () => {
    const { code, lines } = await runMain(
      'scope.own({ stop: () => logger.info("released") }); throw new Error("defect");',
    ).end();
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'fatal',
        msg: 'could not start',
        err: expect.objectContaining({ message: 'defect' }),
      }),
      expect.objectContaining({ msg: 'released' }),
    ]);
  });

  it('ends with 1 and one plain line when the operator can help', async () => {
    const { code, lines } = await runMain('throw new StartError("port 4000 is in use");').end();
    expect(code).toBe(1);
    expect(lines).toEqual([expect.objectContaining({ level: 'fatal', msg: 'could not start: port 4000 is in use' })]);
    expect(lines[0]).not.toHaveProperty('err');
  });

  it('ends with 2 and plain text on stderr when the environment is wrong', async () => {
    const { code, lines, stderr } = await runMain('throw new EnvironmentError(["PORT: is required"]);').end();
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(stderr).toBe('shop: The environment is not right:\n  PORT: is required\n');
  });

  it('treats an error of another package that names its exit code like its own', async () => {
    const thrown = 'throw Object.assign(new Error("shard_2 is not configured"), { exitCode: 2 });';
    const { code, lines, stderr } = await runMain(thrown).end();
    expect({ code, lines, stderr }).toEqual({ code: 2, lines: [], stderr: 'shop: shard_2 is not configured\n' });
  });

  it.each([
    ['uncaughtException', 'setImmediate(() => { throw new Error("defect"); });'],
    ['unhandledRejection', 'setImmediate(() => { Promise.reject(new Error("defect")); });'],
  ])('logs an %s as fatal, counts that before it is gone, releases and ends with 1', async (event, cause) => {
    const counting = `
      const { openMetrics } = await import(${at('../metrics/open-metrics.ts')});
      const metrics = await openMetrics({ host: '127.0.0.1', port: 0 }, { scope, logger });
      scope.own({ stop: async () => logger.info({ metrics: await metrics.text() }, 'about to end') });`;
    const { code, lines } = await runMain(`${counting} ${cause} ${listening}`).end();
    expect(code).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'fatal', event, err: expect.objectContaining({ message: 'defect' }) }),
    );
    expect(lines.slice(-2)).toEqual([
      expect.objectContaining({ msg: 'database closed' }),
      expect.objectContaining({
        msg: 'about to end',
        metrics: expect.stringContaining('\ntributary_log_lines_total{level="fatal"} 1\n'),
      }),
    ]);
  });
});
