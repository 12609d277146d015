import type { ResolvedConfig } from '../config';
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
  /** At most `size` texts, best first. */
  finished: readonly Finished[] = [];
  /** No running beam can or need get among the finished any more. */
  done = false;

  constructor(
    readonly index: number,
    private readonly size: number,
    private readonly promptLength: number,
    private readonly config: ResolvedConfig,
    prompt: readonly number[],
  ) {
    this.running = [{ node: null, ids: prompt, logprobs: [], score: 0 }];
  }

  /**
   * Takes the continuations of one step in their order of preference. The best unfinished ones run on; of the finished
   * only those among the first `size` count, the others being there so that enough beams remain.
   * @returns the nodes of the step, and finished texts that were pushed out
   */
  advance(continuations: readonly Continuation[]): { nodes: BeamNode[]; displaced: number[] } {
    const open = continuations.filter((candidate) => !candidate.finish);
    this.running = open.sort((a, b) => b.score - a.score).slice(0, this.size);
    const before = this.finished;
    const ended = continuations.slice(0, this.size).flatMap((candidate) => this.finishedText(candidate));
    this.finished = [...before, ...ended].sort((a, b) => b.score - a.score).slice(0, this.size);
    this.done = this.isDone(continuations[0]);
    const displaced = before.filter((text) => !this.finished.includes(text)).map(({ node }) => node);
    return { nodes: continuations.map((candidate) => this.describe(candidate)), displaced };
  }

  private finishedText(candidate: Continuation): Finished[] {
    const { finish, logprobs, node, score } = candidate;
    if (!finish) return [];
    const ids = candidate.ids.slice(this.promptLength);
    return [{ ids, logprobs, score: score / ids.length ** this.config.lengthPenalty, finish, node }];
  }

  private isDone(newest: Continuation | undefined): boolean {
    const [best] = this.running;
    if (!best || !newest) return true;
    if (this.finished.length < this.size) return false;
    const { earlyStopping, endLength, lengthPenalty } = this.config;
    if (earlyStopping === true) return true;
    const longest = earlyStopping === 'never' && lengthPenalty > 0;
    const length = (longest ? endLength : best.ids.length) - this.promptLength;
    return best.score / length ** lengthPenalty <= this.finished[this.finished.length - 1].score;
  }

  private describe(candidate: Continuation): BeamNode {
    const { node, parent, ids, logprobs, score } = candidate;
    const text = this.finished.find((finished) => finished.node === node);
    return {
      node,
      parent,
      id: ids[ids.length - 1],
      logprob: logprobs[logprobs.length - 1],
      score: text?.score ?? score,
      group: this.index,
      state: text ? 'finished' : this.running.some((beam) => beam.node === node) ? 'running' : 'pruned',
    };
  }
}
