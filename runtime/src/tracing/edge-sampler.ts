import { type Context, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { TraceSamplerName } from './tracing-variables.ts';

export interface EdgeSamplerOptions {
  readonly sampler: TraceSamplerName;
  /** From 0 to 1. */
  readonly sampledShare: number;
  /** Whether what callers say of their traces is done. Where anybody may call, nobody is to have everything recorded. */
  readonly trustsCallers: boolean;
  /** Whether traces that are not sampled are recorded, too, for somebody to decide later. */
  readonly recordsAll: boolean;
}

/** Decides where a trace comes into this process; what it leads to here is recorded if the first span is. */
export class EdgeSampler implements Sampler {
  readonly #entry: Sampler;
  readonly #unsampled: SamplingResult;
  readonly #name: string;

  constructor({ sampler, sampledShare, trustsCallers, recordsAll }: EdgeSamplerOptions) {
    this.#entry = entrySampler(sampler, sampledShare, trustsCallers);
    this.#unsampled = { decision: recordsAll ? SamplingDecision.RECORD : SamplingDecision.NOT_RECORD };
    this.#name = sampler;
  }

  shouldSample(...[context, ...rest]: Parameters<Sampler['shouldSample']>): SamplingResult {
    const isSampled = isWithinSampled(context) ?? this.#isSampledAtEntry(context, ...rest);
    return isSampled ? SAMPLED : this.#unsampled;
  }

  toString(): string {
    return this.#name;
  }

  #isSampledAtEntry(...args: Parameters<Sampler['shouldSample']>): boolean {
    return this.#entry.shouldSample(...args).decision === SamplingDecision.RECORD_AND_SAMPLED;
  }
}

const SAMPLED: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
const SAMPLED_FLAG = 1;

/** Whether the span that this one is within was sampled; `undefined` where it is within none of this process. */
function isWithinSampled(context: Context): boolean | undefined {
  const parent = trace.getSpanContext(context);
  return parent === undefined || parent.isRemote ? undefined : (parent.traceFlags & SAMPLED_FLAG) !== 0;
}

function entrySampler(name: TraceSamplerName, share: number, trustsCallers: boolean): Sampler {
  const isParentBased = name.startsWith('parentbased_');
  const ofTraces = trustsCallers ? new TraceIdRatioBasedSampler(share) : new LotSampler(share);
  const root = rootSampler(isParentBased ? name.slice('parentbased_'.length) : name, ofTraces);
  return isParentBased && trustsCallers ? new ParentBasedSampler({ root }) : root;
}

/** Whoever may make up trace ids could make up those that every share of them has, so here they decide nothing. */
class LotSampler implements Sampler {
  readonly #share: number;

  constructor(share: number) {
    this.#share = share;
  }

  shouldSample(): SamplingResult {
    return Math.random() < this.#share ? SAMPLED : { decision: SamplingDecision.NOT_RECORD };
  }
}

function rootSampler(name: string, ofTraces: Sampler): Sampler {
  if (name === 'traceidratio') return ofTraces;
  return name === 'always_on' ? new AlwaysOnSampler() : new AlwaysOffSampler();
}
