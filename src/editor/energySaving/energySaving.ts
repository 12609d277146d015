/** `inkling.engine.saveEnergy`. */
export type SaveEnergy = 'auto' | 'always' | 'never';

/** Why less is done than could be. */
export type EnergySaving = 'asked' | 'battery' | 'busy';

/** What is known of the machine that the engine runs on. */
export interface Machine {
  /** Undefined where it cannot be told. */
  readonly onBattery: boolean | undefined;
  /** Load average of the last minute for each processor; 0 where the system keeps none. */
  readonly load: number;
}

/** Above what the engine's own threads bring about on two processors, and below it again before the machine is calm. */
const BUSY_FROM = 1.5;
const CALM_BELOW = 1.1;

/** Suggestions are no longer than this while energy is saved. */
export const ENERGY_SAVING_TOKENS = 8;

/** Whether to do less, and why. A machine that was busy stays so until it is calm, so that the answer does not flutter. */
export function energySavingOf(
  mode: SaveEnergy,
  { onBattery, load }: Machine,
  before?: EnergySaving,
): EnergySaving | undefined {
  if (mode === 'never') return undefined;
  if (mode === 'always') return 'asked';
  if (onBattery) return 'battery';
  return load >= (before === 'busy' ? CALM_BELOW : BUSY_FROM) ? 'busy' : undefined;
}

const BECAUSE: Record<EnergySaving, string> = {
  asked: 'as the settings ask',
  battery: 'on battery',
  busy: 'as the machine is busy',
};

/** For the writer, in the middle of a sentence. */
export function because(energySaving: EnergySaving): string {
  return `${BECAUSE[energySaving]} (inkling.engine.saveEnergy)`;
}
