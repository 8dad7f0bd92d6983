import type { ResponsePath } from 'graphql';
import { isPromise } from './is-promise.ts';
import type { OperationRun } from './operation-run.ts';
import type { Position, Target } from './position.ts';

/**
 * Completes a value, or the value of a promise, and puts it into the answer. What fails in that is an error of this place, which
 * has null then; whether null may stand there is settled at the end of the run.
 */
export function deliver(
  run: OperationRun,
  position: Position,
  value: unknown,
  target: Target,
  key: string | number,
  parent: ResponsePath | undefined,
): void {
  if (!isPromise(value)) {
    complete(run, position, value, target, key, parent);
    return;
  }
  // Keeps the place of the key among the others.
  target[key] = null;
  run.follow(
    value,
    (settled) => {
      complete(run, position, settled, target, key, parent);
      run.release();
    },
    (error: unknown) => {
      run.fail(position, error, parent, key);
      run.release();
    },
  );
}

function complete(
  run: OperationRun,
  position: Position,
  value: unknown,
  target: Target,
  key: string | number,
  parent: ResponsePath | undefined,
): void {
  try {
    const completed = position.complete(run, value, parent, key);
    if (!isPromise(completed)) {
      target[key] = completed;
      return;
    }
    target[key] = null;
    run.follow(
      completed,
      (settled) => {
        target[key] = settled;
        run.release();
      },
      (error: unknown) => {
        run.fail(position, error, parent, key);
        run.release();
      },
    );
  } catch (error) {
    target[key] = null;
    run.fail(position, error, parent, key);
  }
}
