import { topIndices } from '../../logits/ranking';
import type { Rng } from '../random';
import type { DecodingRun, Row } from '../run';
import { sampleWithoutReplacement } from '../sampling';
import type { BeamNode, Finish, Hypothesis, Step } from '../steps';
import { type Beam, BeamGroup, type Continuation } from './beamGroup';

/**
 * Beam search, sampled with `doSample`, in groups that shun each other's tokens with `diversityPenalty`. All beams run
 * as one batch. The tokens of the best text follow at the end.
 * Graves 2012, https://arxiv.org/abs/1211.3711; Vijayakumar et al. 2018, https://arxiv.org/abs/1610.02424;
 * sampling without replacement: Kool, van Hoof and Welling 2019, https://arxiv.org/abs/1903.06059
 */
export async function* beamSearch(run: DecodingRun): AsyncGenerator<Step, Hypothesis[]> {
  const { config, prompt } = run;
  const size = config.numBeams / config.numBeamGroups;
  const groups = Array.from({ length: config.numBeamGroups }, (_, index) => new BeamGroup(index, size, config, prompt));
  const search = new Expansion(run, size);
  run.unfinished = () => best(groups.flatMap((group) => [...group.finished, ...group.unfinished()]));
  for (let step = 0; groups.some((group) => !group.done); step++) {
    const open = groups.filter((group) => !group.done);
    const rows = await run.next(open.flatMap((group) => group.running.map((beam) => beam.ids)));
    const late = run.timeIsUp() ? 'time' : undefined;
    const nodes: BeamNode[] = [];
    const displaced: number[] = [];
    const peers: number[] = [];
    for (const group of groups) {
      if (!group.done) {
        const continuations = search.expand(group.running, rows.splice(0, group.running.length), peers, late);
        const outcome = group.advance(continuations);
        nodes.push(...outcome.nodes);
        displaced.push(...outcome.displaced);
        peers.push(...group.chosen);
      } else {
        // A group that is done goes on saying end-of-text, as the padding of Hugging Face does.
        peers.push(...new Array(size).fill(config.eosIds).flatMap((ids: readonly number[]) => ids.slice(0, 1)));
      }
    }
    yield { kind: 'beams', step, nodes, displaced };
  }
  const sequences = best(groups.flatMap((group) => group.finished));
  if (sequences.length === 0) throw new Error('No token is possible: the options forbid every one.');
  for (const [i, id] of sequences[0].ids.entries()) {
    yield { kind: 'token', sequence: 0, id, logprob: sequences[0].logprobs[i] };
  }
  return sequences;

  function best(texts: readonly Hypothesis[]): Hypothesis[] {
    return texts.toSorted((a, b) => b.score - a.score).slice(0, config.numReturnSequences);
  }
}

/** A beam's processed scores, and what its tokens so far have. */
interface Total {
  readonly scores: Float32Array;
  readonly before: number;
}

interface Pick {
  readonly beam: number;
  readonly id: number;
}

/** Finds the continuations of beams that are worth looking at, and numbers them. */
class Expansion {
  readonly #run: DecodingRun;
  readonly #rng: Rng;
  readonly #width: number;
  #nodes = 0;

  constructor(run: DecodingRun, size: number) {
    this.#run = run;
    this.#rng = run.rng(0);
    // Enough that `size` can go on even if every beam offers all its end-of-text tokens first.
    this.#width = Math.max(2, 1 + run.config.eosIds.length) * size;
  }

  /**
   * The best continuations, best first; with `doSample` drawn without replacement, in the order of drawing.
   * @param late makes every continuation the last
   */
  expand(beams: readonly Beam[], rows: readonly Row[], peers: readonly number[], late?: Finish): Continuation[] {
    const own = (beam: number, id: number) => Math.fround(rows[beam].logits[id] - rows[beam].normaliser);
    // Guidance gives log-probabilities moved apart, which Hugging Face does not normalise again.
    const guided = this.#run.config.guidanceScale !== 1;
    const totals = rows.map(({ scores, normaliser }, i) => {
      if (!guided) for (let id = 0; id < scores.length; id++) scores[id] -= normaliser;
      this.#run.process(beams[i].ids, scores, peers);
      return { scores, before: beams[i].score };
    });
    const picks = this.#run.config.doSample ? this.#draw(totals) : this.#best(totals);
    return picks.map(({ beam: i, id }) => {
      const beam = beams[i];
      const ids = [...beam.ids, id];
      const node = this.#nodes++;
      const logprobs = [...beam.logprobs, own(i, id)];
      const finish = this.#run.finish(ids) ?? late;
      return { node, parent: beam.node, ids, logprobs, score: beam.score + rows[i].scores[id], finish };
    });
  }

  #best(totals: readonly Total[]): Pick[] {
    const candidates = totals.flatMap(({ scores, before }, beam) =>
      topIndices(scores, this.#width).map((id) => ({ beam, id, total: before + scores[id] })),
    );
    const possible = candidates.filter(({ total }) => total !== -Infinity);
    return possible.sort((a, b) => b.total - a.total).slice(0, this.#width);
  }

  #draw(totals: readonly Total[]): Pick[] {
    const { vocabSize } = this.#run.model;
    const all = new Float64Array(totals.length * vocabSize);
    for (const [beam, { scores, before }] of totals.entries()) {
      for (let id = 0; id < vocabSize; id++) all[beam * vocabSize + id] = before + scores[id];
    }
    const drawn = sampleWithoutReplacement(all, this.#width, this.#rng);
    return drawn.map((at) => ({ beam: Math.floor(at / vocabSize), id: at % vocabSize }));
  }
}
