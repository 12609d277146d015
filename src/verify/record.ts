import { decode as decodeWith } from '../core/decoding/decode';
import type { TextModel } from '../core/decoding/model';
import { topK } from '../core/logits';
import { forEachPosition } from './agreement';
import type { Case, ExpectedPosition, Oracles } from './cases';

const LONGEST = 200;
const MOST_TOP = 5;

/** Records a model's own answers to the cases of other oracles, for comparison with later builds. */
export async function record(model: TextModel, label: string, like: Oracles): Promise<Oracles> {
  const source = `Inkling's own engine, ${label} in float32`;
  const cases: Case[] = [];
  for (const one of like.cases) {
    const { group, name } = one;
    const ids = one.ids.slice(0, LONGEST);
    const common = { group, name, source, ids };
    if (one.kind === 'generation') {
      const result = await decodeWith(model, ids, one.config);
      cases.push({ ...common, kind: 'generation', config: one.config, expectedIds: [...ids, ...result.ids] });
    } else if (one.kind === 'sum') {
      let expected = 0;
      await forEachPosition(model, ids, one.from, ids.length, (position, logprobs) => {
        expected += logprobs[ids[position]];
      });
      cases.push({ ...common, kind: 'sum', from: one.from, expected, tolerance: one.tolerance });
    } else if (one.kind === 'positions') {
      const expected: ExpectedPosition[] = [];
      const end = Math.min(one.from + one.expected.length, ids.length + 1);
      await forEachPosition(model, ids, one.from, end, (position, logprobs) => {
        const top = topK(logprobs, MOST_TOP).map(({ id }) => [id, rounded(Math.exp(logprobs[id]))] as const);
        const p = position < ids.length ? rounded(Math.exp(logprobs[ids[position]])) : undefined;
        expected.push({ p, top });
      });
      cases.push({ ...common, kind: 'positions', from: one.from, rounding: 5e-7, expected });
    }
  }
  return { model: label, cases };
}

function rounded(p: number): number {
  return Number(p.toFixed(6));
}
