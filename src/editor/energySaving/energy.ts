import { availableParallelism, loadavg } from 'node:os';
import * as vscode from 'vscode';
import { settingsFor } from '../configuration';
import { type EnergySaving, energySavingOf, readOnBattery } from './energySaving';

const LOOK_EVERY_MS = 30_000;

/** Monitors the machine, where the settings leave energy saving to Inkling. */
export class Energy implements vscode.Disposable {
  #energySaving: EnergySaving | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  readonly #settingsWatch = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('inkling.engine.saveEnergy')) void this.#look();
  });

  constructor() {
    this.#timer.unref();
    void this.#look();
  }

  /** Why energy is saved; undefined when it is not. */
  get energySaving(): EnergySaving | undefined {
    return this.#energySaving;
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#settingsWatch.dispose();
    this.#changed.dispose();
  }

  async #look(): Promise<void> {
    const onBattery = settingsFor().engine.saveEnergy === 'auto' ? await readOnBattery() : undefined;
    // Read again, as it may have changed; of several concurrent checks the last must not use the oldest value.
    const { saveEnergy } = settingsFor().engine;
    const load = loadavg()[0] / availableParallelism();
    const energySaving = energySavingOf(saveEnergy, { onBattery, load }, this.#energySaving);
    if (energySaving === this.#energySaving) return;
    this.#energySaving = energySaving;
    this.#changed.fire();
  }
}
