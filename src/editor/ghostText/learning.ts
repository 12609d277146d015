import type { Memento } from 'vscode';
import { type Learnt, learn, NOTHING_LEARNT } from '../../core/ghostText/calibration';
import type { SuggestionOutcome } from './shownSuggestion';

const KEY = 'learnt';

/** What the gate has learned from this writer, stored on this machine only. */
export class Learning {
  #learnt: Learnt;

  readonly #memory: Pick<Memento, 'get' | 'update'>;

  constructor(memory: Pick<Memento, 'get' | 'update'>) {
    this.#memory = memory;
    this.#learnt = memory.get<Learnt>(KEY) ?? NOTHING_LEARNT;
  }

  /** How far the threshold has moved, in characters saved. */
  get offset(): number {
    return this.#learnt.offset;
  }

  async note(outcome: SuggestionOutcome): Promise<void> {
    this.#learnt = learn(this.#learnt, outcome);
    await this.#memory.update(KEY, this.#learnt);
  }

  async forget(): Promise<void> {
    this.#learnt = NOTHING_LEARNT;
    await this.#memory.update(KEY, undefined);
  }
}
