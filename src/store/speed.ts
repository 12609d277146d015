import type { Engine, Precision } from '../engine/api';

/** What the time per token depends on. */
export interface SpeedFactors {
  readonly parameters: number;
  readonly precision: Precision;
}

const PROMPT = 'The ship left the harbour in the morning, and by noon the coast had gone. ';
const TOKENS = 24;

/**
 * Milliseconds that the engine takes for one more token on this machine: the lower quartile of two dozen, which other
 * programs disturb less than the mean.
 * Rejects with an AbortError when `signal` fires.
 */
export async function measureSpeed(engine: Pick<Engine, 'generate'>, signal?: AbortSignal): Promise<number> {
  const times: number[] = [];
  const config = { maxNewTokens: TOKENS, minNewTokens: TOKENS };
  await engine.generate({ text: PROMPT, config }, () => times.push(performance.now()), signal);
  signal?.throwIfAborted();
  const steps = times.slice(1).map((time, i) => time - times[i]);
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 4)];
}

/** Time of a step per weight, relative to q8: quantised weights travel less and compute more; measured on GPT-2 (124M). */
const relativeCost: Record<Precision, number> = { fp32: 2.2, q8: 1, q4: 0.85 };

/** What another model will take, in milliseconds: a step reads every weight once. A first guess, to within a factor of 1.5. */
export function predictSpeed(measuredMs: number, measured: SpeedFactors, other: SpeedFactors): number {
  const cost = ({ parameters, precision }: SpeedFactors) => parameters * relativeCost[precision];
  return (measuredMs * cost(other)) / cost(measured);
}
