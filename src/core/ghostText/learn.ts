/** What the gate has learnt from this writer: how far the threshold has moved from its calibrated place, in characters. */
export interface Learnt {
  readonly offset: number;
  readonly accepted: number;
  readonly ignored: number;
}

export const NOTHING_LEARNT: Learnt = { offset: 0, accepted: 0, ignored: 0 };

/** The share of shown suggestions that should be taken: with fewer the gate closes, with more it opens. */
const WANTED_ACCEPTANCE = 0.25;
const STEP = 0.05;
/** The offset never leaves these bounds, so that no run of luck silences Inkling or makes it babble. */
export const LEARNING_BOUND = 0.75;

/**
 * Moves the threshold after a suggestion was accepted or ignored: a stochastic approximation (Robbins and Monro 1951)
 * of the threshold at which the wanted share is accepted.
 */
export function learn(learnt: Learnt, outcome: 'accepted' | 'ignored'): Learnt {
  const accepted = outcome === 'accepted';
  const offset = learnt.offset + STEP * (WANTED_ACCEPTANCE - (accepted ? 1 : 0));
  return {
    offset: Math.min(LEARNING_BOUND, Math.max(-LEARNING_BOUND, offset)),
    accepted: learnt.accepted + (accepted ? 1 : 0),
    ignored: learnt.ignored + (accepted ? 0 : 1),
  };
}
