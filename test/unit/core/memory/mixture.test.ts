import assert from 'node:assert/strict';
import { softmax } from '../../../../src/core/logits';
import { type Mixed, ReadingMemory } from '../../../../src/core/memory';

const VOCABULARY = 40;
const BOUNDARY = 39;

/** A model that finds every token equally likely. */
const uniform = () => new Float64Array(VOCABULARY).fill(1 / VOCABULARY);

function memoryOf(): ReadingMemory {
  const memory = new ReadingMemory({ size: VOCABULARY, decode: () => ' word' });
  memory.begin(BOUNDARY);
  return memory;
}

/** Reads tokens and returns the mean surprisal of the mixture, in nats. */
function read(memory: ReadingMemory, ids: readonly number[], probability = 1 / VOCABULARY): number {
  let nats = 0;
  for (const id of ids) {
    const expected = memory.expect(probability);
    nats -= Math.log(expected.probability(id, probability));
    memory.read(id, expected, probability);
  }
  return nats / ids.length;
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

/** Makes the model's probabilities of all tokens those of the mixture. */
function mixInto(probabilities: Float64Array, mixed: Mixed): void {
  for (let id = 0; id < probabilities.length; id++) probabilities[id] *= mixed.modelShare;
  mixed.forEachAddend((id, addend) => {
    probabilities[id] += addend;
  });
}

const PHRASE = Array.from({ length: 30 }, (_, i) => i);

describe('the mixture of model and memory', () => {
  it('is a distribution over the whole vocabulary: it sums to 1, and no token that the model allows is at 0', () => {
    const memory = memoryOf();
    memory.remember([5, 6, 7, 5, 6, 8], BOUNDARY);
    read(memory, [...PHRASE, ...PHRASE, 5, 6]);
    const expected = memory.expect(1 / VOCABULARY);
    const probabilities = uniform();
    mixInto(probabilities, expected);
    assert.ok(Math.abs(probabilities.reduce((sum, p) => sum + p) - 1) < 1e-9);
    probabilities.forEach((probability, id) => {
      assert.ok(probability > 0);
      assert.ok(Math.abs(probability - expected.probability(id, 1 / VOCABULARY)) < 1e-12);
    });
  });

  it('makes the model’s probabilities those of the mixture, all at once', () => {
    const memory = memoryOf();
    memory.remember([5, 6, 7, 5, 6, 8, 9, 10, 11], BOUNDARY);
    read(memory, [...PHRASE, ...PHRASE, 5, 6]);
    const own = softmax(Float32Array.from({ length: VOCABULARY }, (_, id) => 4 * Math.sin(7 * id)));
    const expected = memory.expect(Math.max(...own));
    const [once, apart] = [own.slice(), own.slice()];
    expected.mixInto(once);
    mixInto(apart, expected);
    once.forEach((probability, id) => {
      assert.ok(Math.abs(probability - apart[id]) < 1e-12, `${id}`);
    });
  });

  it('knows how much words can add to a token at most', () => {
    const memory = memoryOf();
    memory.remember([5, 6, 7, 5, 6, 5, 9, 10, 11], BOUNDARY);
    read(memory, PHRASE);
    const expected = memory.expect(1 / VOCABULARY);
    const { tokens } = expected.evidence;
    const fromWords = Array.from({ length: VOCABULARY }, (_, id) =>
      tokens.includes(id) ? 0 : expected.probability(id, 0),
    );
    assert.ok(Math.max(...fromWords) > 0);
    assert.ok(Math.max(...fromWords) <= expected.mostFromWords);
    assert.ok(expected.favourites.includes(5));
  });

  it('expects after a phrase that was read once what followed it then', () => {
    const memory = memoryOf();
    read(memory, [...PHRASE, ...PHRASE.slice(0, 10)]);
    const probabilities = uniform();
    mixInto(probabilities, memory.expect(1 / VOCABULARY));
    assert.equal(probabilities.indexOf(Math.max(...probabilities)), 10);
    assert.ok(probabilities[10] > 0.5);
  });

  it('says whose text made a token likely', () => {
    const memory = memoryOf();
    memory.remember([31, 32, 33, 34, 35, 36], BOUNDARY);
    read(memory, [...PHRASE, 31, 32, 33, 34, 35]);
    const far = memory.expect(1 / VOCABULARY).shares(36, 1 / VOCABULARY);
    assert.ok(far.far > 0.1 && far.document === 0, JSON.stringify(far));
    read(memory, PHRASE.slice(0, 5));
    const { model, document, near, far: rest } = memory.expect(1 / VOCABULARY).shares(5, 1 / VOCABULARY);
    assert.ok(document > 0.5);
    assert.ok(Math.abs(model + document + near + rest - 1) < 1e-9);
  });

  it('makes the texts before this one neighbours, and forgets them when told', () => {
    const memory = memoryOf();
    read(memory, PHRASE);
    memory.begin(BOUNDARY);
    read(memory, PHRASE.slice(0, 5));
    assert.ok(memory.expect(1 / VOCABULARY).shares(5, 1 / VOCABULARY).near > 0.5);
    memory.begin(BOUNDARY, true);
    read(memory, PHRASE.slice(0, 5));
    assert.equal(memory.expect(1 / VOCABULARY).shares(5, 1 / VOCABULARY).model, 1);
  });

  it('finds out that a memory is of no use, and that one is: on noise it costs next to nothing', () => {
    const next = random(3);
    const noise = Array.from({ length: 4000 }, () => Math.floor(next() * VOCABULARY));
    const memory = memoryOf();
    memory.remember(PHRASE, BOUNDARY);
    read(memory, noise.slice(0, 3000));
    assert.ok(read(memory, noise.slice(3000)) - Math.log(VOCABULARY) < 0.01);
  });

  it('trusts the model the more, the better the model does', () => {
    const sure = memoryOf();
    const unsure = memoryOf();
    const next = random(5);
    const noise = Array.from({ length: 2000 }, () => Math.floor(next() * VOCABULARY));
    read(sure, noise, 0.9);
    read(unsure, noise, 1 / VOCABULARY);
    assert.ok(sure.expect(0.9).modelShare > unsure.expect(1 / VOCABULARY).modelShare);
  });
});
