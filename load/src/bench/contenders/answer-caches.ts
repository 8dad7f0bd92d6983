import { bare } from './bare.ts';
import type { Contender } from './contender.ts';
import { gatewayProgram } from './secured-gateway.ts';

/** Ours with its cache of answers, in memory: the subgraphs of the bench let their answers be kept by whoever asks for tags. */
const tributaryAnswers: Contender = {
  id: 'tributary-answers',
  name: 'Tributary, answers kept',
  isPeer: false,
  isSharing: false,
  args: ({ port, supergraphFile }) => [gatewayProgram, '--supergraph', supergraphFile, '--port', String(port)],
  environment: () => ({ TRIBUTARY_ANSWER_CACHE: 'on' }),
};

/** The limit is the yardstick: a kept answer is bytes to send. */
export const answerCaches: readonly Contender[] = [bare, tributaryAnswers];
