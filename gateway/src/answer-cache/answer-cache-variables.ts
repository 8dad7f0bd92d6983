import { integerVariable } from '@tributary/runtime/environment/variables';
import { z } from 'zod';
import type { AnswerTolerance } from './answer-caching.ts';

/** The variables that say whether answers are kept. */
export const answerCacheVariables = {
  TRIBUTARY_ANSWER_CACHE: z
    .enum(['on', 'off'], 'expected on or off')
    .default('off')
    .describe('on: whole answers are kept for as long as subgraphs allow and nothing in them is written'),
  TRIBUTARY_ANSWER_STALE_S: integerVariable({ min: 0, max: 3_600, default: 10 }).describe(
    'seconds beyond that for which an answer is served while it is refreshed (10)',
  ),
  TRIBUTARY_ANSWER_STALE_IF_ERROR_S: integerVariable({ min: 0, max: 86_400, default: 300 }).describe(
    'seconds beyond that for which it is served when it cannot be refreshed (300)',
  ),
  TRIBUTARY_ANSWER_SHARED_S: integerVariable({ min: 0, max: 86_400, default: 0 }).describe(
    'seconds for which a proxy in front may keep what is for everybody, though writes do not reach it (s-maxage); 0 does not say so (0)',
  ),
};

type AnswerCacheEnvironment = z.output<z.ZodObject<typeof answerCacheVariables>>;

/** How a gateway keeps answers; `undefined` where it keeps none. */
export function answerCacheOptions(env: AnswerCacheEnvironment): AnswerTolerance | undefined {
  if (env.TRIBUTARY_ANSWER_CACHE === 'off') return undefined;
  const staleMs = env.TRIBUTARY_ANSWER_STALE_S * 1_000;
  return {
    staleMs,
    staleIfErrorMs: Math.max(staleMs, env.TRIBUTARY_ANSWER_STALE_IF_ERROR_S * 1_000),
    sharedMaxAgeS: env.TRIBUTARY_ANSWER_SHARED_S,
  };
}
