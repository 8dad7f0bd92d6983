import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '../http/http-message.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { createRequestLog } from './request-log.ts';

const TRACE = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', span: undefined };

function setUp(perSecond: number) {
  const { logger, lines } = createCapturedLogger();
  let nowMs = 0;
  const log = createRequestLog({ logger, perSecond, nowMs: () => nowMs });
  const answer = ({
    status = 200,
    tookMs = 2,
    ...facts
  }: {
    status?: number | 'aborted';
    tookMs?: number;
    body?: unknown;
  } = {}) => {
    const target = Object.assign(new EventEmitter(), {
      statusCode: status === 'aborted' ? 200 : status,
      writableFinished: status !== 'aborted',
    });
    const request = { requestId: 'r1', method: 'POST', path: '/graphql', trace: TRACE, body: undefined, ...facts };
    log(request as unknown as HttpRequest, target as unknown as ServerResponse);
    nowMs += tookMs;
    target.emit('close');
  };
  return { lines, answer, pass: (ms: number) => (nowMs += ms) };
}

describe('the log of requests', () => {
  it('has one line for a request, with its trace, and nothing of what it asked', () => {
    const { lines, answer } = setUp(10);
    answer({
      body: { operationName: 'Cart', query: 'query Cart { me { email } }', variables: { password: 'hunter2' } },
    });
    expect(lines).toMatchObject([
      {
        level: 'info',
        msg: 'request',
        requestId: 'r1',
        operation: 'Cart',
        status: 200,
        durationMs: 2,
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        span_id: 'b7ad6b7169203331',
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/hunter2|email/);
  });

  it('has so many lines a second, and then says how many there were between', () => {
    const { lines, answer, pass } = setUp(3);
    for (let request = 0; request < 10; request += 1) answer();
    pass(1_000);
    answer();
    expect(lines.map(({ skipped }) => skipped)).toEqual([undefined, undefined, undefined, 7]);
  });

  it('still has those that failed, or whose client has gone, when there are many that went well', () => {
    const { lines, answer } = setUp(2);
    for (let request = 0; request < 10; request += 1) answer();
    answer({ status: 503 });
    answer({ status: 'aborted' });
    expect(lines.map(({ level, status }) => [level, status])).toEqual([
      ['info', 200],
      ['info', 200],
      ['warn', 503],
      ['warn', 'aborted'],
    ]);
  });
});
