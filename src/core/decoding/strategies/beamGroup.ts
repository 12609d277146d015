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
 * `_beam_search` since 4.50 and, for one of several, of its `_group_beam_search`.
 */
export class BeamGroup {
  running: readonly Beam[];
  /**
   * The tokens that this group chose in the present step, which later groups are to shun: those of texts that run on,
   * or would run on without a limit.
   */
  chosen: readonly number[] = [];
  /** At most `size` texts, best first. */
  finished: readonly Finished[] = [];
  /** Whether the group has ended: no running beam can still get among the finished texts, or needs to. */
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
   * only those among the first `size` count, the others being there so that enough beams remain. In one of several
   * groups a limit of length or time ends no text: it cuts off those that run, if better ones have not ended the group.
   * @returns the nodes of the step, and finished texts that were pushed out
   */
  advance(continuations: readonly Continuation[]): { nodes: BeamNode[]; displaced: number[] } {
    const before = this.finished;
    const ends = (candidate: Continuation) => candidate.finish && !(this.#grouped && isCutOff(candidate));
    const open = continuations
      .filter((candidate) => !ends(candidate))
      .sort(byScore)
      .slice(0, this.#size);
    this.running = open;
    this.chosen = open.map(({ ids }) => ids[ids.length - 1]);
    this.#keep(continuations.slice(0, this.#size).filter(ends));
    this.done = this.#isDone(continuations[0]);
    if (open.some(isCutOff)) {
      if (!this.done) this.#keep(open);
      this.running = [];
      this.done = true;
    }
    const displaced = before.filter((text) => !this.finished.includes(text)).map(({ node }) => node);
    return { nodes: continuations.map((candidate) => this.#describe(candidate)), displaced };
  }

  /** The running beams as texts that were cut off. */
  unfinished(): Hypothesis[] {
    return this.running.flatMap((beam) => (beam.node === null ? [] : [this.#text(beam, beam.node, 'cancelled')]));
  }

  get #grouped(): boolean {
    return this.#config.numBeamGroups > 1;
  }

  #keep(ended: readonly Continuation[]): void {
    const texts = ended.map((candidate) => this.#text(candidate, candidate.node, candidate.finish ?? 'length'));
    this.finished = [...this.finished, ...texts].sort(byScore).slice(0, this.#size);
  }

  #text({ ids, logprobs, score }: Beam, node: number, finish: Finish): Finished {
    const fresh = ids.slice(this.#promptLength);
    return { ids: fresh, logprobs, score: score / fresh.length ** this.#config.lengthPenalty, finish, node };
  }

  #isDone(newest: Continuation | undefined): boolean {
    const [best] = this.running;
    if (!best || !newest) return true;
    if (this.finished.length < this.#size) return false;
    const { earlyStopping, endLength, lengthPenalty } = this.#config;
    if (earlyStopping === true) return true;
    const longest = earlyStopping === 'never' && lengthPenalty > 0;
    const length = (longest ? endLength : best.ids.length) - this.#promptLength;
    // Hugging Face's groups ask the best candidate of the step even where it ended its text.
    const hope = this.#grouped ? Math.max(best.score, newest.score) : best.score;
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

/** Whether only a limit of length or time ends the text here. */
function isCutOff({ finish }: Continuation): boolean {
  return finish === 'length' || finish === 'time';
}

function byScore(a: { readonly score: number }, b: { readonly score: number }): number {
  return b.score - a.score;
}
