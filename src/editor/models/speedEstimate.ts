import { setTimeout as delay } from 'node:timers/promises';
import defaultConfig from '../../../models/default/config.json';
import type { Engine } from '../../engine/api';
import { parseConfig } from '../../gpt2/config';
import { type ModelShape, type RunningModel, shapeOf } from '../../store/modelCosts';

/** A model's time per token, measured on this machine. */
export interface Speed {
  /** Milliseconds per additional token. */
  readonly ms: number;
  readonly of: RunningModel;
}

type Timed = Pick<Engine, 'generate' | 'stats'>;

const PROMPT = 'The ship left the harbour in the morning, and by noon the coast had gone. ';
const TOKENS = 24;
const MOST_TRIES = 20;
/** Measurements that differ by less than this share agree, so that neither was disturbed. */
const TOLERANCE = 0.1;
const PAUSE_MS = 300;

export interface MeasureOptions {
  readonly signal?: AbortSignal;
  /** Monotonic clock in milliseconds. */
  readonly now?: () => number;
  /** The pause between two measurements. */
  readonly wait?: () => Promise<unknown>;
}

/**
 * Measures milliseconds per token on this machine. Repeats until two consecutive measurements agree in work and time:
 * other load either slows one of them down or shows in the engine's counters.
 * @returns undefined where no two agree, or the signal fires
 */
export async function measureSpeed(
  engine: Timed,
  { signal, now = () => performance.now(), wait = () => delay(PAUSE_MS) }: MeasureOptions = {},
): Promise<number | undefined> {
  let before: Measurement | undefined;
  for (let i = 0; i < MOST_TRIES && !signal?.aborted; i++) {
    const latest = await measureOnce(engine, now, signal);
    if (before && latest && agree(before, latest)) {
      return Math.min(before.ms, latest.ms);
    }
    before = latest;
    await wait();
  }
  return undefined;
}

interface Measurement {
  readonly ms: number;
  readonly runs: number;
  readonly tokensFed: number;
}

/** Times some tokens; undefined where the engine did other work meanwhile. */
async function measureOnce(engine: Timed, now: () => number, signal?: AbortSignal): Promise<Measurement | undefined> {
  const earlier = await engine.stats();
  if (earlier.active > 0) {
    return undefined;
  }
  const start = now();
  const config = { maxNewTokens: TOKENS, minNewTokens: TOKENS };
  await engine.generate({ text: PROMPT, config }, undefined, signal);
  const ms = (now() - start) / TOKENS;
  const later = await engine.stats();
  return { ms, runs: later.runs - earlier.runs, tokensFed: later.tokensFed - earlier.tokensFed };
}

function agree(one: Measurement, other: Measurement): boolean {
  const [less, more] = [one.ms, other.ms].sort((a, b) => a - b);
  return one.runs === other.runs && one.tokensFed === other.tokensFed && more <= less * (1 + TOLERANCE);
}

/** The speed of this machine: the running model is timed, and the time of others predicted from it. */
export class SpeedEstimate {
  readonly defaultModel: ModelShape = shapeOf(parseConfig(defaultConfig));
  readonly #engine: Timed & Pick<Engine, 'info'>;
  #speed: Speed | undefined;

  constructor(engine: Timed & Pick<Engine, 'info'>) {
    this.#engine = engine;
  }

  /** The last reliable measurement, if there is one. */
  get speed(): Speed | undefined {
    return this.#speed;
  }

  /** Measures the running model, unless that was done before. Resolves when the measurement is over. */
  async measure(signal?: AbortSignal): Promise<void> {
    try {
      const info = await this.#engine.info();
      // A server's speed says nothing about this machine.
      if (info.server) return;
      const { layers, width, vocabSize, contextLength, precision } = info;
      const shape = { layers, width, vocabulary: vocabSize, context: contextLength };
      const of = { shape, precision };
      if (JSON.stringify(this.#speed?.of) !== JSON.stringify(of)) {
        const ms = await measureSpeed(this.#engine, { signal });
        this.#speed = ms === undefined ? this.#speed : { ms, of };
      }
    } catch {
      // The engine does not work, which the status item reports.
    }
  }
}
