import { z } from 'zod';

/** An advisory about a package that is installed. */
export interface Advisory {
  /** `GHSA-…`, or the advisory's address where it has none. */
  readonly id: string;
  readonly package: string;
  readonly title: string;
  readonly severity: string;
}

/** An advisory that is lived with for a while. */
export interface AuditException {
  readonly id: string;
  /** Why it does no harm here, or what is waited for. */
  readonly why: string;
  /** From this day on it is not lived with any more: `2027-01-31`. */
  readonly until: string;
}

const GRAVE = new Set(['high', 'critical']);

const advisory = z.object({ name: z.string(), title: z.string(), url: z.string(), severity: z.string() });

/** A package that is affected by way of another names that one instead of an advisory. */
const auditReport = z.object({
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), advisory])) })),
});

/**
 * Reads what `npm audit --json` printed.
 * @returns `undefined` when it is no report, because the registry did not answer
 */
export function readAdvisories(json: string): Advisory[] | undefined {
  const report = auditReport.safeParse(parseJson(json));
  if (!report.success) return undefined;
  const advisories = new Map<string, Advisory>();
  for (const { via } of Object.values(report.data.vulnerabilities)) {
    for (const cause of via) {
      if (typeof cause === 'string') continue;
      const id = /GHSA-[\w-]+$/.exec(cause.url)?.[0] ?? cause.url;
      advisories.set(`${id} ${cause.name}`, { id, package: cause.name, title: cause.title, severity: cause.severity });
    }
  }
  return [...advisories.values()];
}

/** The advisories that are grave and not excepted today, or not any more. */
export function unacceptedAdvisories(
  advisories: readonly Advisory[],
  exceptions: readonly AuditException[],
  now: Date,
): Advisory[] {
  const accepted = new Set(exceptions.filter(({ until }) => now < new Date(until)).map(({ id }) => id));
  return advisories.filter(({ id, severity }) => GRAVE.has(severity) && !accepted.has(id));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
