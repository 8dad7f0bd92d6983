import { describe, expect, it } from '@jest/globals';
import { stopListener } from './stop-requests.ts';

describe('a request to stop', () => {
  it('counts once when its signal comes twice at once, and forces when it is made again later', () => {
    const calls: string[] = [];
    let nowMs = 0;
    const listener = stopListener(
      { onFirst: (signal) => calls.push(signal), onAgain: () => calls.push('again') },
      () => nowMs,
    );
    listener('SIGINT');
    nowMs = 499;
    listener('SIGINT');
    expect(calls).toEqual(['SIGINT']);
    nowMs = 500;
    listener('SIGINT');
    expect(calls).toEqual(['SIGINT', 'again']);
  });
});
