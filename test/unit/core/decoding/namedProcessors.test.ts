import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyNamedProcessor, type JsonNumber } from '../../../../src/core/decoding/namedProcessors';

const inf = '-inf';
const apply = (processor: string, params: object, input: readonly JsonNumber[]) =>
  applyNamedProcessor({ processor, params: { ...params }, input }).output;
const logs = (...probabilities: number[]) => probabilities.map((p) => Math.log(p));
const kept = (output: readonly JsonNumber[]) => output.flatMap((score, id) => (score === inf ? [] : [id]));

/** Scores as a model gives them, with many ties. */
const scoresOf = fc.array(
  fc.oneof(
    fc.integer({ min: -8, max: 8 }).map((n) => n / 2),
    fc.float({ min: -30, max: 30, noNaN: true }),
  ),
  { minLength: 1, maxLength: 60 },
);

function probabilities(scores: readonly number[]): number[] {
  const max = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - max));
  const mass = weights.reduce((a, b) => a + b);
  return weights.map((weight) => Math.fround(weight / mass));
}

describe('truncations', () => {
  it('top-k keeps what a full sort keeps, and all that tie', () => {
    fc.assert(
      fc.property(scoresOf, fc.integer({ min: 1, max: 70 }), (scores, k) => {
        const least = scores.toSorted((a, b) => b - a)[Math.min(k, scores.length) - 1];
        const expected = scores.flatMap((score, id) => (score >= least ? [id] : []));
        assert.deepEqual(kept(apply('top_k', { top_k: k }, scores)), expected);
      }),
    );
  });

  it('top-p keeps what a full ascending sort keeps', () => {
    fc.assert(
      fc.property(
        scoresOf,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 4 }),
        (scores, p, keep) => {
          const probs = probabilities(scores);
          const order = scores.map((_, id) => id).sort((a, b) => scores[a] - scores[b] || a - b);
          let mass = 0;
          const masses = order.map((id) => {
            mass += probs[id];
            return Math.fround(mass);
          });
          const limit = Math.fround(1 - p);
          // Where the mass is within rounding of the limit, the order of summation decides; both are right.
          fc.pre(masses.every((sum) => Math.abs(sum - limit) > 1e-6));
          const stay = order.filter((_, rank) => masses[rank] > limit || rank >= order.length - keep);
          const output = apply('top_p', { top_p: p, min_tokens_to_keep: keep }, scores);
          assert.deepEqual(
            kept(output),
            stay.sort((a, b) => a - b),
          );
        },
      ),
    );
  });

  it('typical-p keeps what a full sort by distance from the entropy keeps', () => {
    fc.assert(
      fc.property(scoresOf, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (scores, p) => {
        const normaliser = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
        const surprisals = scores.map((score) => normaliser - score);
        const entropy = surprisals.reduce((sum, s) => sum + s * Math.exp(-s), 0);
        const order = surprisals.map((s, id) => ({ id, p: Math.exp(-s), shift: Math.abs(s - entropy) }));
        order.sort((a, b) => a.shift - b.shift);
        fc.pre(
          order.every(({ shift }, i) => i === 0 || shift - order[i - 1].shift > 1e-4 || shift === order[i - 1].shift),
        );
        let mass = 0;
        const masses = order.map((token) => {
          mass += token.p;
          return mass;
        });
        fc.pre(masses.every((sum) => Math.abs(sum - p) > 1e-5));
        const last = order[Math.min(masses.filter((sum) => sum < p).length, order.length - 1)].shift;
        const expected = order.filter(({ shift }) => shift <= last).map(({ id }) => id);
        assert.deepEqual(
          kept(apply('typical_p', { typical_p: p }, scores)),
          expected.sort((a, b) => a - b),
        );
      }),
    );
  });

  it('top-p of a real vocabulary size agrees with a full sort', () => {
    const scores = Array.from({ length: 50_257 }, (_, id) =>
      Math.fround(6 * Math.sin(id * 12.9898) + 4 * Math.cos(id * 78.233)),
    );
    const probs = probabilities(scores);
    const order = scores.map((_, id) => id).sort((a, b) => scores[a] - scores[b] || a - b);
    for (const p of [0.1, 0.5, 0.9, 0.95, 0.999]) {
      let mass = 0;
      const expected = order.filter((id) => {
        mass += probs[id];
        return Math.fround(mass) > Math.fround(1 - p);
      });
      assert.deepEqual(
        kept(apply('top_p', { top_p: p }, scores)),
        expected.sort((a, b) => a - b),
      );
    }
  });

  it('epsilon, eta and min-p keep at least the best token', () => {
    fc.assert(
      fc.property(scoresOf, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (scores, cut) => {
        const best = scores.indexOf(Math.max(...scores));
        for (const [name, params] of Object.entries({
          epsilon: { epsilon: cut },
          eta: { epsilon: cut },
          min_p: { min_p: cut },
        })) {
          assert.ok(kept(apply(name, params, scores)).includes(best), name);
        }
      }),
    );
  });

  it('eta gives way to entropy', () => {
    // Expected by hand: of [0.4, 0.2, 0.2, 0.2] the entropy is 1.33 and the limit min(0.1, 0.316 · 0.264) = 0.0835.
    assert.deepEqual(kept(apply('eta', { epsilon: 0.1 }, logs(0.4, 0.2, 0.2, 0.2))), [0, 1, 2, 3]);
    assert.deepEqual(kept(apply('eta', { epsilon: 0.1 }, logs(0.8, 0.1, 0.05, 0.05))), [0, 1]);
    // Entropy 0.693, limit min(0.9, 0.949 · 0.5) = 0.474: a flat distribution keeps both, epsilon alone neither but the best.
    assert.deepEqual(kept(apply('eta', { epsilon: 0.9 }, logs(0.51, 0.49))), [0, 1]);
    assert.deepEqual(kept(apply('epsilon', { epsilon: 0.9 }, logs(0.51, 0.49))), [0]);
  });

  it('top-n-sigma cuts so many standard deviations below the best', () => {
    // Standard deviation of 0, 1, 2, 3, 4 with divisor 4: 1.5811.
    assert.deepEqual(kept(apply('top_n_sigma', { top_n_sigma: 1 }, [0, 1, 2, 3, 4])), [3, 4]);
    assert.deepEqual(kept(apply('top_n_sigma', { top_n_sigma: 2 }, [0, 1, 2, 3, 4, inf])), [1, 2, 3, 4]);
  });

  it('top-p removes a tail that is exactly 1 - p, the lower ids first', () => {
    assert.deepEqual(kept(apply('top_p', { top_p: 0.5 }, [1, 1, 1, 1])), [2, 3]);
    assert.deepEqual(kept(apply('top_p', { top_p: 0.5, min_tokens_to_keep: 3 }, [1, 1, 1, 1])), [1, 2, 3]);
    assert.deepEqual(kept(apply('top_p', { top_p: 0 }, [1, 2, 2])), [2]);
  });

  it('typical-p is content with a mass of exactly p', () => {
    // Entropy 1.21; the tokens lie 0.52, 0.17, 0.87 and 0.87 from it.
    assert.deepEqual(kept(apply('typical_p', { typical_p: 0.75 }, logs(0.5, 0.25, 0.125, 0.125))), [0, 1]);
    assert.deepEqual(kept(apply('typical_p', { typical_p: 0.76 }, logs(0.5, 0.25, 0.125, 0.125))), [0, 1, 2, 3]);
  });

  it('fill with the given value', () => {
    assert.deepEqual(apply('top_k', { top_k: 1, filter_value: -7 }, [1, 3, 2]), [-7, 3, -7]);
    assert.deepEqual(apply('top_p', { top_p: 0.1, filter_value: 0 }, [1, 3, 2]), [0, 3, 0]);
  });
});

describe('penalties', () => {
  it('repetition divides positive and multiplies negative scores, once per token', () => {
    assert.deepEqual(apply('repetition_penalty', { penalty: 2, input_ids: [0, 1, 1] }, [4, -4, 4]), [2, -8, 4]);
    assert.deepEqual(
      apply('repetition', { penalty: 2, input_ids: [0, 1], prompt_ignore_length: 1 }, [4, -4, 4]),
      [4, -8, 4],
    );
  });

  it('repetition of prompt tokens can be rewarded', () => {
    const params = { penalty: 2, encoder_input_ids: [0, 1], input_ids: [2] };
    assert.deepEqual(apply('encoder_repetition_penalty', params, [4, -4, 4]), [8, -2, 4]);
  });

  it('frequency counts, presence does not, and the prompt is left out', () => {
    const params = { input_ids: [0, 1, 1, 2, 2], prompt_length: 2 };
    assert.deepEqual(apply('frequency', { ...params, frequency_penalty: 0.5 }, [1, 1, 1]), [1, 0.5, 0]);
    assert.deepEqual(apply('presence', { ...params, presence_penalty: 0.5 }, [1, 1, 1]), [1, 0.5, 0.5]);
  });

  it('biases leave sequences alone that the text is just long enough for', () => {
    assert.deepEqual(apply('sequence_bias', { sequence_bias: [[[0, 1], 5]], input_ids: [0] }, [1, 1]), [1, 1]);
    assert.deepEqual(apply('sequence_bias', { sequence_bias: [[[0, 1], 5]], input_ids: [2, 0] }, [1, 1]), [1, 6]);
  });

  it('diversity counts the tokens of earlier groups', () => {
    const params = {
      diversity_penalty: 1,
      num_beams: 2,
      num_beam_groups: 2,
      current_tokens: [0, 3],
      beam_group_idx: 1,
    };
    assert.deepEqual(apply('hamming_diversity', params, [0.25, 0.25, 0.25, 0.25]), [-0.75, 0.25, 0.25, 0.25]);
  });
});

describe('constraints', () => {
  it('force the first token, and the start', () => {
    assert.deepEqual(apply('forced_bos', { bos_token_id: 1, input_ids: [7] }, [3, 4, 5]), [inf, 0, inf]);
    assert.deepEqual(apply('forced_bos', { bos_token_id: 1, input_ids: [7, 8] }, [3, 4, 5]), [3, 4, 5]);
    const params = { forced_start_ids: [2, 0], prompt_length: 1 };
    assert.deepEqual(apply('forced_start', { ...params, input_ids: [1, 2] }, [3, 4, 5]), [0, inf, inf]);
    assert.deepEqual(apply('forced_start', { ...params, input_ids: [1, 2, 0] }, [3, 4, 5]), [3, 4, 5]);
  });

  it('suppress tokens, everywhere or at the begin', () => {
    assert.deepEqual(apply('suppress_tokens', { suppress_tokens: [0, 2] }, [1, 2, 3]), [inf, 2, inf]);
    const params = { begin_suppress_tokens: [0], begin_index: 2 };
    assert.deepEqual(apply('begin_suppress_tokens', { ...params, input_ids: [1, 1] }, [1, 2]), [inf, 2]);
    assert.deepEqual(apply('begin_suppress_tokens', { ...params, input_ids: [1, 1, 1] }, [1, 2]), [1, 2]);
  });

  it('leave only allowed tokens', () => {
    assert.deepEqual(apply('prefix_constrained', { allowed_tokens: [2, 0] }, [1, 2, 3]), [1, inf, 3]);
    assert.throws(() => apply('prefix_constrained', { allowed_tokens: [] }, [1]), /allowed no token/);
  });

  it('forbid n-grams of the prompt', () => {
    const params = { encoder_ngram_size: 2, encoder_input_ids: [0, 1, 2], input_ids: [5, 1] };
    assert.deepEqual(apply('encoder_no_repeat_ngram', params, [1, 1, 1]), [1, 1, inf]);
  });

  it('turn infinities into the greatest float32 of their sign', () => {
    const max = 3.4028234663852886e38;
    assert.deepEqual(apply('remove_invalid', {}, ['inf', inf, 'nan', 1]), [max, -max, 0, 1]);
  });

  it('guide away from another distribution', () => {
    const output = apply('cfg', { guidance_scale: 2, unconditional: logs(0.5, 0.5) }, logs(0.8, 0.2));
    const expected = [2 * Math.log(0.8) - Math.log(0.5), 2 * Math.log(0.2) - Math.log(0.5)];
    assert.ok(output.every((score, i) => typeof score === 'number' && Math.abs(score - expected[i]) < 1e-12));
  });
});

describe('named processors', () => {
  it('go by several names', () => {
    for (const name of ['TopKLogitsWarper', 'top-k', 'top_k_warper', 'top_k']) {
      assert.deepEqual(apply(name, { top_k: 1 }, [1, 2]), [inf, 2]);
    }
    assert.deepEqual(apply('NoRepeatNGramLogitsProcessor', { ngram_size: 1, input_ids: [0] }, [1, 2]), [inf, 2]);
    assert.deepEqual(apply('LogitNormalization', {}, [1]), [0]);
  });

  it('name what is wrong', () => {
    assert.throws(() => apply('top_q', {}, [1]), /Unknown processor top_q. Known: .*temperature, .*top_k/);
    assert.throws(() => apply('watermark', {}, [1]), /watermark is not supported/);
    assert.throws(() => apply('top_k', {}, [1]), /top_k needs the parameter top_k/);
    assert.throws(() => apply('top_k', { top_k: 1, top_p: 0.5 }, [1]), /has no parameter top_p/);
    assert.throws(() => apply('chain', { top_k: -1 }, [1]), /top_k must be/);
    assert.throws(() => apply('top_k', { top_k: 1 }, ['x' as JsonNumber]), /input holds "x", which is not a number/);
  });

  it('name the field that is missing or malformed', () => {
    const cases: [request: object, message: RegExp][] = [
      [{ input: [1] }, /field "processor" is missing/],
      [{ processor: null, input: [1] }, /field "processor" must be the name of a processor, but is null/],
      [{ processor: 'top_k', params: { top_k: 1 } }, /field "input" is missing/],
      [
        { processor: 'top_k', params: { top_k: 1 }, input: null },
        /field "input" must be a list of scores, but is null/,
      ],
      [{ processor: 'top_k', params: { top_k: 1 }, input: [] }, /field "input" must be a list of scores/],
      [{ processor: 'top_k', params: { top_k: 1 }, input: [null] }, /input holds null/],
      [{ processor: 'top_k', params: null, input: [1] }, /field "params" must be an object, but is null/],
      [{ processor: 'bad_words', params: { bad_words_ids: 3 }, input: [1] }, /bad_words_ids must be a list of lists/],
      [{ processor: 'sequence_bias', params: { sequence_bias: [1] }, input: [1] }, /sequence_bias must be a list of/],
      [
        { processor: 'sequence_bias', params: { sequence_bias: [[[0], null]] }, input: [1] },
        /sequence_bias holds null/,
      ],
      [
        { processor: 'cfg', params: { unconditional: 1, guidance_scale: 2 }, input: [1] },
        /unconditional must be a list/,
      ],
      [{ processor: 'top_k', params: { top_k: 1, min_tokens_to_keep: 'x' }, input: [1] }, /min_tokens_to_keep must be/],
      [
        {
          processor: 'exponential_decay',
          params: { exponential_decay_length_penalty: 3, eos_token_id: 0 },
          input: [1],
        },
        /exponential_decay_length_penalty must be a pair/,
      ],
    ];
    for (const [request, message] of cases) assert.throws(() => applyNamedProcessor(request as never), message);
  });

  it('know every option that has a processor by its own name', () => {
    assert.deepEqual(apply('min_p', { min_p: 0.5 }, logs(0.6, 0.3, 0.1)).slice(2), [inf]);
    assert.deepEqual(apply('min_new_tokens', { min_new_tokens: 3, eos_token_id: 1, input_ids: [0] }, [1, 2]), [1, inf]);
  });

  it('leave a masked token masked, whatever is taken off or added', () => {
    const twice = { input_ids: [0, 0], prompt_length: 0 };
    assert.deepEqual(apply('frequency', { ...twice, frequency_penalty: -1e308 }, [inf]), [inf]);
    assert.deepEqual(apply('repetition_penalty', { penalty: 1e308, input_ids: [0] }, [inf]), [inf]);
    assert.deepEqual(apply('log_normalize', {}, [inf, inf]), [inf, inf]);
    assert.deepEqual(apply('bad_words', { bad_words_ids: [[0]] }, ['inf', 1]), [inf, 1]);
  });

  it('refuse parameters out of range, by the names they were given under', () => {
    assert.throws(() => apply('top_k', { top_k: 0 }, [1]), /^RangeError: top_k must be an integer of at least 1/);
    const wrong = { temperature: 0, top_k: 0, top_p: 1.5, min_p: -1, typical_p: 1, epsilon: 0, eta: 1, top_h: 0 };
    for (const [name, value] of Object.entries(wrong)) {
      assert.throws(() => apply(name, { [name]: value }, [1, 2]), RangeError, name);
    }
    assert.throws(() => apply('repetition_penalty', { penalty: -1, input_ids: [0] }, [1]), RangeError);
    assert.throws(() => apply('top_k', { top_k: 1, min_tokens_to_keep: 0 }, [1]), RangeError);
  });

  it('refuse a token that has no score', () => {
    const cases: readonly [processor: string, params: Record<string, unknown>, name: string][] = [
      ['suppress_tokens', { suppress_tokens: [0, 2] }, 'suppress_tokens'],
      ['bad_words', { bad_words_ids: [[0, 2]] }, 'bad_words_ids'],
      ['min_length', { min_length: 5, eos_token_id: -1 }, 'eos_token_id'],
      ['forced_eos', { max_length: 2, eos_token_id: 2, input_ids: [0] }, 'eos_token_id'],
      ['chain', { suppress_tokens: [2] }, 'suppress_tokens'],
    ];
    for (const [processor, params, name] of cases) {
      assert.throws(() => apply(processor, params, [1, 2]), new RegExp(`${name} names token (2|-1)`), processor);
    }
    assert.deepEqual(apply('no_repeat_ngram', { ngram_size: 1, input_ids: [7] }, [1, 2]), [1, 2]);
  });
});
