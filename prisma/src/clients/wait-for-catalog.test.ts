import { describe, expect, it } from '@jest/globals';
import { DatabaseUnavailableError } from '../errors/database-unavailable-error.ts';
import { waitForCatalog } from './wait-for-catalog.ts';

const away = () => new DatabaseUnavailableError({ database: 'catalog', node: '::1', reason: 'unreachable' }, null);

/** Work that fails with these errors, one after the other, and then gives `done`. */
function workFailingWith(...errors: Error[]) {
  return async () => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    return 'done';
  };
}

function waitFor(work: () => Promise<string>, limitMs = 30_000) {
  const waits: string[] = [];
  const onWait = (reason: string) => waits.push(reason);
  return { waits, result: waitForCatalog(work, { limitMs, signal: undefined, onWait }) };
}

describe('work that needs the catalog', () => {
  it('is done again until the catalog is there, also when Prisma has wrapped the reason', async () => {
    const wrapped = Object.assign(new Error('Invalid invocation'), { meta: { unavailable: away() } });
    const { waits, result } = waitFor(workFailingWith(away(), wrapped));
    expect(await result).toBe('done');
    expect(waits).toEqual(['database catalog is unreachable', 'database catalog is unreachable']);
  });

  it('fails with the reason when the time is up, and at once with any other', async () => {
    await expect(waitFor(workFailingWith(away()), 0).result).rejects.toThrow('database catalog is unreachable');
    const defect = waitFor(workFailingWith(new Error('a defect')));
    await expect(defect.result).rejects.toThrow('a defect');
    expect(defect.waits).toEqual([]);
  });
});
