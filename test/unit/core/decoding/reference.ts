import { contextWindowStart } from '../../../../src/core/decoding/model';

/** Slow decoders for tiny vocabularies, written apart from the library: whole arrays, full sorts, no state. */

type Logits = (ids: readonly number[]) => number[];

export interface ReferenceText {
  readonly ids: number[];
  readonly score: number;
}

export interface ReferenceOptions {
  readonly vocabSize: number;
  readonly eos?: number;
  readonly length: number;
  readonly beams: number;
  readonly groups?: number;
  readonly diversity?: number;
  readonly lengthPenalty?: number;
  readonly earlyStopping?: boolean | 'never';
}

export function logProbabilities(row: readonly number[]): number[] {
  const exact = Array.from(row, Math.fround);
  const mass = exact.reduce((sum, x) => sum + Math.exp(x), 0);
  return exact.map((x) => Math.fround(x - Math.log(mass)));
}

/** Every text up to a length, best normalised score first. */
export function everyText(logits: Logits, prompt: readonly number[], options: ReferenceOptions): ReferenceText[] {
  const { vocabSize, eos, length, lengthPenalty = 1 } = options;
  const texts: ReferenceText[] = [];
  const visit = (ids: number[], sum: number) => {
    const rest = logProbabilities(logits([...prompt, ...ids]));
    for (let id = 0; id < vocabSize; id++) {
      const text = { ids: [...ids, id], score: sum + rest[id] };
      if (id === eos || text.ids.length === length) {
        texts.push({ ids: text.ids, score: text.score / text.ids.length ** lengthPenalty });
      } else visit(text.ids, text.score);
    }
  };
  visit([], 0);
  return texts.sort((a, b) => b.score - a.score);
}

interface Row {
  ids: number[];
  sum: number;
}

interface GroupState {
  rows: Row[];
  texts: ReferenceText[];
  open: boolean;
}

/** Beam search by the letter of its description: all continuations of a group in one sorted list. */
export function slowBeams(logits: Logits, prompt: readonly number[], options: ReferenceOptions): ReferenceText[] {
  const { vocabSize, eos, length, beams, groups = 1, diversity = 0 } = options;
  const { lengthPenalty = 1, earlyStopping = false } = options;
  const size = beams / groups;
  const states: GroupState[] = [];
  for (let g = 0; g < groups; g++) states.push({ rows: [{ ids: [], sum: 0 }], texts: [], open: true });
  for (let t = 1; t <= length; t++) {
    const said: number[] = [];
    for (const state of states) {
      if (!state.open) {
        for (let i = 0; i < size && eos !== undefined; i++) said.push(eos);
        continue;
      }
      const list: Row[] = [];
      for (const row of state.rows) {
        const step = logProbabilities(logits([...prompt, ...row.ids]));
        for (let id = 0; id < vocabSize; id++) {
          const punished = Math.fround(step[id] - diversity * said.filter((other) => other === id).length);
          list.push({ ids: [...row.ids, id], sum: row.sum + punished });
        }
      }
      list.sort((a, b) => b.sum - a.sum);
      const looked = list.slice(0, 2 * size);
      const isEnd = (row: Row) => row.ids.at(-1) === eos;
      const collect = (rows: Row[]) => {
        for (const row of rows) state.texts.push({ ids: row.ids, score: row.sum / row.ids.length ** lengthPenalty });
        state.texts.sort((a, b) => b.score - a.score).splice(size);
      };
      const last = t === length;
      // Without groups the length limit ends a text as the end of the text does; in groups it comes afterwards.
      const ends = (row: Row) => isEnd(row) || (last && groups === 1);
      collect(looked.slice(0, size).filter(ends));
      state.rows = looked.filter((row) => !ends(row)).slice(0, size);
      for (const row of state.rows) said.push(row.ids[row.ids.length - 1]);
      const full = state.texts.length === size;
      const hope = earlyStopping === 'never' && lengthPenalty > 0 ? length : t;
      const hopeful = groups > 1 ? looked[0] : state.rows[0];
      const hopeless = full && hopeful && hopeful.sum / hope ** lengthPenalty <= (state.texts.at(-1)?.score ?? 0);
      state.open = state.rows.length > 0 && !hopeless && !(full && earlyStopping === true);
      if (last && state.open) collect(state.rows);
    }
  }
  return states.flatMap((state) => state.texts).sort((a, b) => b.score - a.score);
}

/** Contrastive search by its formula, comparing with every earlier hidden state anew. */
export function slowContrastive(
  logits: Logits,
  hidden: Logits,
  prompt: readonly number[],
  { length, alpha, k, contextLength = Infinity }: { length: number; alpha: number; k: number; contextLength?: number },
): number[] {
  const cosine = (a: number[], b: number[]) => {
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  };
  const seen = (text: readonly number[]) => text.slice(contextWindowStart(text.length, contextLength));
  const ids = [...prompt];
  while (ids.length < prompt.length + length) {
    const probabilities = logProbabilities(logits(seen(ids))).map((x) => Math.exp(x));
    const order = probabilities.map((p, id) => ({ p, id })).sort((a, b) => b.p - a.p);
    const rated = order.slice(0, k).map(({ p, id }) => {
      const text = seen([...ids, id]);
      const state = hidden(text);
      const likeness = Math.max(...text.slice(1).map((_, i) => cosine(state, hidden(text.slice(0, i + 1)))));
      return { id, score: (1 - alpha) * p - alpha * likeness };
    });
    rated.sort((a, b) => b.score - a.score);
    ids.push(rated[0].id);
  }
  return ids.slice(prompt.length);
}
