/** Why a text ended: its length limit, an end-of-text token, a stop string, its time, or the caller's abort signal. */
export type Finish = 'length' | 'end-of-text' | 'stop' | 'time' | 'cancelled';

/** A token that could have come. */
export interface TracedCandidate {
  readonly id: number;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}

/** A candidate of contrastive search: score = (1 - α) · probability - α · similarity. */
export interface ContrastiveCandidate {
  readonly id: number;
  readonly probability: number;
  /** Greatest cosine similarity of its hidden state with that of an earlier token. */
  readonly similarity: number;
  readonly score: number;
}

/** The best candidates of a step, most probable first. */
export interface StepTrace {
  /** As the model has them. */
  readonly raw: readonly TracedCandidate[];
  /** After all processors; removed tokens are not among them. */
  readonly processed: readonly TracedCandidate[];
  readonly contrastive?: readonly ContrastiveCandidate[];
}

/** A token became part of a text. */
export interface TokenStep {
  readonly kind: 'token';
  /** Which of the returned sequences it belongs to. */
  readonly sequence: number;
  readonly id: number;
  /** Natural logarithm of the model's own probability, before any processor. */
  readonly logprob: number;
  /** It was guessed by a draft and confirmed. */
  readonly drafted?: boolean;
  readonly trace?: StepTrace;
}

/** One candidate of a step of beam search: a node of the tree of hypotheses. */
export interface BeamNode {
  /** Unique within the search. */
  readonly node: number;
  /** The node it continues; `null` for the prompt. */
  readonly parent: number | null;
  readonly id: number;
  readonly logprob: number;
  /** Summed log-probability after the processors; of a finished text divided by length^lengthPenalty. */
  readonly score: number;
  readonly group: number;
  /** `running` goes on, `finished` may be returned, `pruned` fell behind. */
  readonly state: 'running' | 'finished' | 'pruned';
}

/** One step of beam search over all its groups. */
export interface BeamStep {
  readonly kind: 'beams';
  /** 0 for the first new token. */
  readonly step: number;
  /** Every candidate evaluated, group by group, in order of preference. */
  readonly nodes: readonly BeamNode[];
  /** Finished texts that better ones pushed out of the list at this step. */
  readonly displaced: readonly number[];
}

export type Step = TokenStep | BeamStep;

/** A generated text. */
export interface Hypothesis {
  /** The new tokens, an end-of-text token included. */
  readonly ids: readonly number[];
  /** The model's own log-probability of each. */
  readonly logprobs: readonly number[];
  /** What beams are ranked by; the sum of `logprobs` for other strategies. */
  readonly score: number;
  readonly finish: Finish;
  /** The last node of a beam in the tree of hypotheses. */
  readonly node?: number;
}

/** The best text, and all that were asked for. */
export interface GenerationResult extends Hypothesis {
  /** Best first for beams, in the order of their random streams for samples. */
  readonly sequences: readonly Hypothesis[];
  /** The seed that repeats this result; absent where nothing was random. */
  readonly seed?: number;
}
