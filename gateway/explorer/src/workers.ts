/** The files of Monaco's workers by label; the bundler fills it in. */
declare const WORKER_FILES: Readonly<Record<string, string>>;

/** Tells Monaco, which reads a global, where its workers are: beside this script. */
export function provideWorkers(): void {
  const getWorker = (_id: string, label: string): Worker => {
    const file = WORKER_FILES[label] ?? WORKER_FILES['editor'] ?? '';
    return new Worker(new URL(file, import.meta.url), { type: 'module', name: label });
  };
  Reflect.set(globalThis, 'MonacoEnvironment', { getWorker });
}
