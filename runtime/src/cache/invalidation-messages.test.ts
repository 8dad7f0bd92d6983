import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readMessages } from './invalidation-messages.ts';

describe('messages about invalidations', () => {
  it.each(['', 'no JSON', '{"tags":["a"]}', '[1]', 'null'])(
    'count as missed, and do not throw, when they read %j',
    (text) => {
      const missed: Error[] = [];
      const heard: string[][] = [];
      const hear = readMessages(z.array(z.string()), {
        onMessage: (tags) => heard.push(tags),
        onUnreadable: (error) => missed.push(error),
      });
      hear(text);
      hear('["a","b"]');
      expect({ heard, missed: missed.length }).toEqual({ heard: [['a', 'b']], missed: 1 });
    },
  );
});
