import { readdirSync, readFileSync } from 'node:fs';

/**
 * The process of the gateway of a local stack that listens on a port, by what /proc says.
 * @throws Error when there is none
 */
export function gatewayPid(port: number): number {
  for (const entry of readdirSync('/proc')) {
    if (/^\d+$/.test(entry) && isGateway(entry, port)) return Number(entry);
  }
  throw new Error(`no gateway runs on port ${port}`);
}

function isGateway(pid: string, port: number): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return command.includes('gateway/src/main.ts') && variables.includes(`PORT=${port}`);
  } catch {
    // It has ended in the meantime, or is somebody else's.
    return false;
  }
}
