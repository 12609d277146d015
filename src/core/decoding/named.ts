import { type GenerationConfig, resolve } from './config';
import { NamedParams, readNumber } from './named-params';
import { PROCESSORS, UNSUPPORTED } from './named-table';
import { applyAll, buildProcessors, type NamedProcessor } from './order';
import { validate } from './validate';

/** A number, or how JSON spells what it cannot hold. */
export type JsonNumber = number | '-inf' | 'inf' | 'nan';

/** One processor to apply to given scores; names and parameters are Hugging Face's, in snake_case. */
export interface ProcessorCase {
  readonly processor: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly input: readonly JsonNumber[];
}

/**
 * Applies one processor, or `chain` for several options in the order of `generate()`, to one row of scores.
 * Arithmetic keeps the precision of the input; what to keep is decided in float32, as Hugging Face does.
 * `params.input_ids` is the sequence so far, `params.prompt_length` how much of it is the prompt (0 unless told).
 * @throws an Error that names an unknown or unsupported processor, or a missing or unknown parameter
 */
export function applyNamedProcessor({ processor, params = {}, input }: ProcessorCase): { output: JsonNumber[] } {
  const scores = Float64Array.from(input, readNumber);
  const reader = new NamedParams(processor, params);
  const context = { ids: reader.ids('input_ids') ?? [], promptLength: reader.promptLength(), peers: reader.peers() };
  const name = canonical(processor);
  applyAll(name === 'chain' ? chain(reader, context.promptLength) : single(name, reader), context, scores);
  reader.assertAllUsed();
  return { output: Array.from(scores, writeNumber) };
}

function single(name: string, reader: NamedParams): NamedProcessor[] {
  if (UNSUPPORTED.some((part) => name.includes(part))) throw new Error(`Processor ${name} is not supported.`);
  const entry = PROCESSORS.find(({ names }) => names.includes(name));
  if (!entry)
    throw new Error(`Unknown processor ${name}. Known: ${PROCESSORS.map(({ names }) => names[0]).join(', ')}.`);
  return [{ name, apply: entry.build(reader) }];
}

function chain(reader: NamedParams, promptLength: number): NamedProcessor[] {
  const options = Object.entries(reader.rest()).map(([name, value]) => [camelCase(name), value]);
  const config: GenerationConfig = { doSample: true, topK: 0, ...Object.fromEntries(options) };
  validate(config);
  return buildProcessors(resolve(config, promptLength), promptLength);
}

/** `TopKLogitsWarper`, `top_k_warper` and `top_k` are one. */
function canonical(processor: string): string {
  const snake = processor.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|-/g, '_').toLowerCase();
  return snake.replace('n_gram', 'ngram').replace(/(_dist)?(_token)?(_logits?)?(_processor|_warper)?$/, '');
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function writeNumber(value: number): JsonNumber {
  if (Number.isNaN(value)) return 'nan';
  if (Number.isFinite(value)) return value;
  return value > 0 ? 'inf' : '-inf';
}
