import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  applyNamedProcessor,
  type JsonNumber,
  type ProcessorCase,
} from '../../../../src/core/decoding/namedProcessors';

interface OracleCase extends ProcessorCase {
  readonly name: string;
  readonly expected: readonly JsonNumber[];
  readonly expected_exp?: readonly number[];
  readonly expected_probs?: readonly number[];
  readonly kept?: number | null;
  readonly tolerance: number;
}

// Numbers of huggingface/transformers tests/generation/test_logits_process.py (Apache-2.0); see `source` in the file.
const file = new URL('../../../data/logits-processors.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: OracleCase[] };

const near = (actual: JsonNumber, expected: JsonNumber, tolerance: number) =>
  typeof actual === 'number' && typeof expected === 'number'
    ? Math.abs(actual - expected) <= tolerance
    : actual === expected;

describe('logits processors against Hugging Face', () => {
  it('has cases', () => assert.ok(cases.length > 30));

  for (const oracle of cases) {
    it(oracle.name, () => {
      const { output } = applyNamedProcessor(oracle);
      assert.equal(output.length, oracle.expected.length);
      for (const [i, expected] of oracle.expected.entries()) {
        assert.ok(near(output[i], expected, oracle.tolerance), `token ${i}: ${output[i]} instead of ${expected}`);
      }
      const exp = output.map((score) => (typeof score === 'number' ? Math.exp(score) : 0));
      for (const [i, expected] of (oracle.expected_exp ?? []).entries()) {
        assert.ok(Math.abs(exp[i] - expected) <= 1e-3, `exp of token ${i}: ${exp[i]} instead of ${expected}`);
      }
      const mass = exp.reduce((sum, value) => sum + value, 0);
      for (const [i, expected] of (oracle.expected_probs ?? []).entries()) {
        assert.ok(Math.abs(exp[i] / mass - expected) <= 1e-6, `probability of token ${i}`);
      }
      if (typeof oracle.kept === 'number') {
        assert.equal(output.filter((score) => score !== '-inf').length, oracle.kept);
      }
    });
  }
});
