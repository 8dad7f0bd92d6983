import { once } from 'node:events';
import { connect } from 'node:net';
import { basename } from 'node:path';
import { listenerOf } from '@tributary/local-stack/postgres/ports';
import { descendantsOf, findProcess, type ProcessEntry } from '@tributary/local-stack/postgres/processes';
import type { FaultTarget } from '../../kit/faults/fault-target.ts';
import type { Harm } from './cell.ts';

/** Whether a harm was done, as the operating system and the proxy tell it: clients may not notice. */
export interface HarmProof {
  readonly isDone: boolean;
  /** What was seen, in words. */
  readonly found: string;
}

/** Notes who is about to be harmed. What it returns says, while the harm lasts, whether it was done. */
export async function watchForHarm(target: FaultTarget, harm: Harm): Promise<() => Promise<HarmProof>> {
  switch (harm) {
    case 'killed':
      return watchProcess(target, proveKilled);
    case 'paused':
      return watchProcess(target, provePaused);
    case 'slow':
    case 'stalled':
      return async () =>
        proveDisturbed(target, ({ connections, bytesHeldBack }) => connections > 0 && bytesHeldBack > 0);
    case 'reset':
      return async () => proveDisturbed(target, ({ connections }) => connections > 0);
  }
}

async function watchProcess(
  { port }: FaultTarget,
  prove: (victim: ProcessEntry, port: number) => Promise<HarmProof>,
): Promise<() => Promise<HarmProof>> {
  const pid = await listenerOf(port);
  const victim = pid === undefined ? undefined : await findProcess(pid);
  return async () =>
    victim ? prove(victim, port) : { isDone: false, found: `nobody listened to port ${port} even before` };
}

async function proveKilled({ pid, startedAt }: ProcessEntry, port: number): Promise<HarmProof> {
  const isGone = (await findProcess(pid))?.startedAt !== startedAt;
  const isRefused = await refuses(port);
  return {
    isDone: isGone && isRefused,
    found: `process ${pid} ${isGone ? 'is gone' : 'lives'}, port ${port} ${isRefused ? 'refuses' : 'takes connections'}`,
  };
}

async function provePaused({ pid, command }: ProcessEntry): Promise<HarmProof> {
  const family = [await findProcess(pid), ...(await descendantsOf(pid))].filter((entry) => entry !== undefined);
  // Postgres is many processes; helpers of Erlang, other programs that serve nobody, go on.
  const serving = family.filter((entry) => programOf(entry.command) === programOf(command));
  const stopped = serving.filter(({ isStopped }) => isStopped);
  return {
    isDone: serving.length > 0 && stopped.length === serving.length,
    found: `${stopped.length} of ${serving.length} processes of ${pid} stand still`,
  };
}

/** `postgres` of both `/usr/bin/postgres -D data` and `postgres: checkpointer`. */
function programOf(command: string): string {
  return basename(command.split(' ')[0] ?? '').replace(/:$/, '');
}

type Disturbed = ReturnType<NonNullable<FaultTarget['connections']>['disturbed']>;

function proveDisturbed({ connections }: FaultTarget, isDone: (disturbed: Disturbed) => boolean): HarmProof {
  const disturbed = connections?.disturbed() ?? { connections: 0, bytesHeldBack: 0 };
  const found = `${disturbed.connections} connections disturbed, ${disturbed.bytesHeldBack} bytes held back`;
  return { isDone: isDone(disturbed), found };
}

async function refuses(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}
