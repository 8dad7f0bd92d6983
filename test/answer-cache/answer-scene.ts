import { AnswerCache, type Answered, type Audience } from '@tributary/gateway/answer-cache/answer-cache';
import type { GatewayOperation, ObservedAnswer } from '@tributary/gateway/supergraph/gateway-operation';
import { buildSchema, parse } from 'graphql';
import { type CacheScene, cacheScene } from '../cache/cache-scene.ts';

/** What the subgraphs say to a query. */
export interface Said {
  readonly text?: string;
  readonly cacheControl?: string | undefined;
  readonly tags?: readonly string[];
  readonly hasErrors?: boolean;
  /** What was decided about the viewer when it was executed. */
  readonly decisionKey?: string;
}

export interface AnswerScene extends CacheScene {
  /** Who executed queries, in turn. */
  readonly executed: string[];
  /** Decides what is said from now on, to a caller; a promise keeps them waiting. */
  say: (caller: string) => Said | Promise<Said>;
  /** Another gateway over the same stores. */
  openGateway(): {
    answers: AnswerCache;
    /** @param deadlineMs a `performance.now()`; 0 for a caller whose time is up when the subgraphs have answered */
    ask(caller?: string, variables?: object, deadlineMs?: number): Promise<string>;
  };
}

const schema = buildSchema('type Query { a: Int }');
const document = parse('{ a }');

/** Gateways that keep answers in stores in memory, in a time that the test is in charge of. */
export function answerScene(tolerance = { staleMs: 0, staleIfErrorMs: 0 }): AnswerScene {
  const scene = cacheScene();
  const executed: string[] = [];

  async function execute(caller: string): Promise<Said & { answer: ObservedAnswer }> {
    executed.push(caller);
    const said = await answerScene.say(caller);
    const errors = said.hasErrors ? [{ message: 'Broken', extensions: {} }] : [];
    const { text = `{"a":"${caller}"}`, decisionKey = '' } = said;
    return { ...said, answer: { dataText: text, errors, decisionKey } };
  }

  const answerScene: AnswerScene = {
    ...scene,
    executed,
    say: () => ({ cacheControl: 'max-age=60, public', tags: ['a'] }),
    openGateway() {
      const { cache } = scene.openProcess();
      const answers = new AnswerCache({
        ...tolerance,
        cache,
        nowMs: () => scene.clock.now(),
        gateway: {
          identifierOf: () => ({ version: 'v', identify: () => ({ hash: 'h', decisionKey: '' }) }),
          answerInText: async ({ context }) => (await execute(context.requestId)).answer,
          answerObserved: async ({ context, onReceived }) => {
            const { answer, tags, cacheControl } = await execute(context.requestId);
            const extensions = tags ? { apolloCacheTags: tags } : {};
            onReceived({ answer: { data: {}, errors: [], extensions }, responseBytes: 2, cacheControl });
            return answer;
          },
        },
      });
      return {
        answers,
        ask: async (caller = 'anonymous', variables = {}, deadlineMs) => {
          const audience: Audience = { caller, anybody: 'anybody' };
          const { context, ...operation } = operationFor(caller, variables);
          return textOf(await answers.answer({ ...operation, context: { ...context, deadlineMs } }, audience));
        },
      };
    },
  };
  return answerScene;
}

/** The request's id names the caller. */
export function operationFor(caller: string, variables: object): GatewayOperation {
  const context = { requestId: caller, viewer: null, subgraphHeaders: () => [], explain: undefined };
  return { schema, document, operationName: undefined, variables: { ...variables }, context };
}

function textOf(answered: Answered): string {
  return answered.kind === 'stored' ? answered.stored.body.toString() : `{"data":${answered.written.dataText}}`;
}
