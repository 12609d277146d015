import type { ResolvedConfig } from '../options';
import type { BeamNode, Finish, Hypothesis } from '../steps';

/** A hypothesis that may still grow. */
export interface Beam {
  readonly node: number | null;
  /** Prompt and new tokens. */
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
  /** Summed log-probability after the processors. */
  readonly score: number;
}

/** A beam with one more token, and whether the text ends there. */
export interface Continuation extends Beam {
  readonly node: number;
  readonly parent: number | null;
  readonly finish?: Finish;
}

interface Finished extends Hypothesis {
  readonly node: number;
}

/**
 * The beams and finished texts of one group, and the rules by which they come and go: those of Hugging Face's
 * `_beam_search` since 4.50. A beam search without groups is one group.
 */
export class BeamGroup {
  running: readonly Beam[];
  /** The tokens by which later groups are told apart from this one: those of its best texts that go on but for a limit. */
  chosen: readonly number[] = [];
  /** At most `size` texts, best first. */
  finished: readonly Finished[] = [];
  /** No running beam can or need get among the finished any more. */
  done = false;

  readonly #index: number;
  readonly #size: number;
  readonly #promptLength: number;
  readonly #config: ResolvedConfig;

  constructor(index: number, size: number, config: ResolvedConfig, prompt: readonly number[]) {
    this.#index = index;
    this.#size = size;
    this.#config = config;
    this.#promptLength = prompt.length;
    this.running = [{ node: null, ids: prompt, logprobs: [], score: 0 }];
  }

  /**
   * Takes the continuations of one step in their order of preference. The best unfinished ones run on; of the finished
   * only those among the first `size` count, the others being there so that enough beams remain.
   * @returns the nodes of the step, and finished texts that were pushed out
   */
  advance(continuations: readonly Continuation[]): { nodes: BeamNode[]; displaced: number[] } {
    const open = continuations.filter((candidate) => !candidate.finish);
    this.running = open.sort((a, b) => b.score - a.score).slice(0, this.#size);
    const limited = ({ finish }: Continuation) => finish === 'length' || finish === 'time';
    const peers = continuations.filter((candidate) => !candidate.finish || limited(candidate));
    this.chosen = peers.slice(0, this.#size).map(({ ids }) => ids[ids.length - 1]);
    const before = this.finished;
    const ended = continuations.slice(0, this.#size).flatMap((candidate) => this.#finishedText(candidate));
    this.finished = [...before, ...ended].sort((a, b) => b.score - a.score).slice(0, this.#size);
    this.done = this.#isDone(continuations[0]);
    const displaced = before.filter((text) => !this.finished.includes(text)).map(({ node }) => node);
    return { nodes: continuations.map((candidate) => this.#describe(candidate)), displaced };
  }

  /** The running beams as texts that were cut off. */
  unfinished(): Hypothesis[] {
    return this.running.flatMap((beam) => (beam.node === null ? [] : [this.#text(beam, beam.node, 'cancelled')]));
  }

  #finishedText(candidate: Continuation): Finished[] {
    return candidate.finish ? [this.#text(candidate, candidate.node, candidate.finish)] : [];
  }

  #text({ ids, logprobs, score }: Beam, node: number, finish: Finish): Finished {
    const fresh = ids.slice(this.#promptLength);
    return { ids: fresh, logprobs, score: score / fresh.length ** this.#config.lengthPenalty, finish, node };
  }

  #isDone(newest: Continuation | undefined): boolean {
    const [best] = this.running;
    if (!best || !newest) return true;
    if (this.finished.length < this.#size) return false;
    const { earlyStopping, endLength, lengthPenalty, numBeamGroups } = this.#config;
    if (earlyStopping === true) return true;
    const longest = earlyStopping === 'never' && lengthPenalty > 0;
    const length = (longest ? endLength : best.ids.length) - this.#promptLength;
    // Hugging Face's groups ask the best candidate of the step even where it ended its text.
    const hope = numBeamGroups > 1 ? Math.max(best.score, newest.score) : best.score;
    return hope / length ** lengthPenalty <= this.finished[this.finished.length - 1].score;
  }

  #describe(candidate: Continuation): BeamNode {
    const { node, parent, ids, logprobs, score } = candidate;
    const text = this.finished.find((finished) => finished.node === node);
    return {
      node,
      parent,
      id: ids[ids.length - 1],
      logprob: logprobs[logprobs.length - 1],
      score: text?.score ?? score,
      group: this.#index,
      state: text ? 'finished' : this.running.some((beam) => beam.node === node) ? 'running' : 'pruned',
    };
  }
}
