import defaultConfig from '../../../models/default/config.json';
import { parseConfig } from '../../gpt2/config';
import { type ModelSize, sizeOf } from '../../store/modelSize';
import { measureSpeed, type SpeedFactors } from '../../store/speed';
import type { EngineHost } from '../engineHost';

/** How fast this machine is: the running model is timed once, and others are expected to take their share. */
export class SpeedEstimate {
  readonly defaultModel: ModelSize = sizeOf(parseConfig(defaultConfig));
  #speed: { readonly ms: number; readonly of: SpeedFactors } | undefined;
  #measuring: Promise<void> | undefined;

  constructor(private readonly engine: EngineHost) {}

  get speed() {
    return this.#speed;
  }

  /** Resolves when there is a measurement, or none is to be had because the engine does not work. */
  measure(): Promise<void> {
    this.#measuring ??= this.#measure().catch(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  async #measure(): Promise<void> {
    const { layers, width, vocabSize, contextLength, precision } = await this.engine.info();
    const ms = await measureSpeed(this.engine);
    const parameters = (vocabSize + contextLength) * width + layers * 12 * width * width;
    this.#speed = { ms, of: { parameters, precision } };
  }
}
