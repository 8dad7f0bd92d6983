import { describe, expect, it } from '@jest/globals';
import { createCapturedLogger } from '../testing/captured-logger.ts';

describe('createLogger', () => {
  it('writes the level as a word, the time as ISO text and the service, and nothing about the machine', () => {
    const { logger, lines } = createCapturedLogger();
    logger.info({ url: 'http://x' }, 'listening');
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), service: 'test', url: 'http://x', msg: 'listening' },
    ]);
  });

  it.each([
    { password: 'hunter2' },
    { headers: { authorization: 'hunter2' } },
    { request: { headers: { cookie: 'hunter2', 'x-tributary-viewer': 'hunter2' } } },
    { body: { variables: { input: { password: 'hunter2', refreshToken: 'hunter2' } } } },
  ])('never writes what is named like a secret: %j', (line) => {
    const { logger, lines } = createCapturedLogger();
    logger.info(line);
    expect(JSON.stringify(lines)).toContain('[redacted]');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});
