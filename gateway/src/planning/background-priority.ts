import { getPriority, setPriority } from 'node:os';

/** How nice a thread is that reads and plans: requests have three times its share of a processor that both want. */
export const BACKGROUND_NICENESS = 5;

/**
 * Lets a thread that calls it take what the threads that answer requests leave of the processors. Only Linux has priorities of
 * threads; elsewhere it would be that of the process, and stays as it is. So it does where a sandbox forbids to set it.
 * @see https://man7.org/linux/man-pages/man2/setpriority.2.html#NOTES
 */
export function runInBackground(setOwnPriority: (niceness: number) => void = setPriority): void {
  if (process.platform !== 'linux' || getPriority() >= BACKGROUND_NICENESS) return;
  try {
    setOwnPriority(BACKGROUND_NICENESS);
  } catch {
    // Requests and plans have equal shares then.
  }
}
